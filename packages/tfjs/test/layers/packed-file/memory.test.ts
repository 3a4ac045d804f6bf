// Packed layers of a file hold the packed bits between calls, and no float32.
import { kMeans } from '@gcompress/kmeans';
import { packedModel } from '@gcompress/packed/load';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { executionReport } from '../../../src/layers/index.ts';
import { formats, loadPacked, packedFile, predictions, usePackedLayers } from './packed-networks.ts';

usePackedLayers();

describe('the memory', () => {
  /** A network of 1.2 MB in float32. */
  const wide = () =>
    tf.sequential({
      layers: [
        tf.layers.dense({ inputShape: [300], units: 500, kernelInitializer: 'glorotNormal' }),
        tf.layers.dense({ units: 300, kernelInitializer: 'glorotNormal' }),
      ],
    });

  it.each([
    // From −8 to 8
    ['17 uniform levels', uniform({ bits: 4 }), 5],
    ['a codebook of 16 levels', kMeans({ levels: 16 }), 4],
  ])('between calls is that of packed bits, with %s', async (_, method, bits) => {
    const bytes = await packedFile(wide(), { method });
    const start = tf.memory().numBytes;
    const dense = await tf.loadLayersModel(packedModel(bytes, { formats }));
    const denseBytes = tf.memory().numBytes - start;
    dense.dispose();
    expect(denseBytes).toBeGreaterThan(1.2e6);

    const { model } = await loadPacked(bytes);
    const loadedBytes = tf.memory().numBytes - start;
    // The file's own bytes in words, and the biases in float32
    expect(loadedBytes).toBeLessThan(bytes.length + 4 * 800);
    predictions(model);
    const heldBytes = tf.memory().numBytes - start;
    // Packed bits, however small the entropy-coded form is
    expect(heldBytes).toBeLessThan((bits / 32) * denseBytes + 8000);
    expect(heldBytes).toBe(executionReport(model).reduce((sum, matrix) => sum + matrix.heldBytes, 0) + 4 * 800);
    model.dispose();
    expect(tf.memory().numBytes).toBe(start);
  });
});
