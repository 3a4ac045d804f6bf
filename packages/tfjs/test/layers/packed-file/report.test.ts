// What is reported about the matrices of a packed file: the layer that computes with each, or why it is dense.
import { packedModel } from '@gcompress/packed/load';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { executionReport, PackedLayer, registerCompressedLayers } from '../../../src/layers/index.ts';
import {
  CHOICES,
  expectClose,
  formats,
  loadPacked,
  packedFile,
  pictureNetwork,
  predictions,
  usePackedLayers,
  wordNetwork,
} from './packed-networks.ts';

usePackedLayers();

describe('the report', () => {
  it('names the layer of each matrix in words, whose kernels are all packed', async () => {
    const { model, report } = await loadPacked(await packedFile(wordNetwork()));
    expect(report.filter(({ reason }) => reason !== undefined)).toEqual([]);
    expect(report).toHaveLength(11);
    const classes = model.layers.map((layer) => (layer instanceof PackedLayer ? layer.inner : layer).getClassName());
    expect(classes).toContain('Bidirectional');
    const packed = executionReport(model);
    expect(packed).toEqual([]);
    predictions(model);
    const names = executionReport(model).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['forward_kernel', 'backward_recurrent_kernel', 'embeddings']));
    expect(names).toHaveLength(11);
    model.dispose();
  });

  it('says why kernels are dense whose layers read them in another way', async () => {
    const { model, report } = await loadPacked(await packedFile(pictureNetwork()));
    const reasons = report.filter(({ layer }) => layer === undefined).map(({ weight, reason }) => [weight, reason]);
    expect(reasons).toEqual([
      [
        expect.stringMatching(/depthwise_kernel$/),
        'DepthwiseConv2D reads it as a matrix [25, 16] of other rows than the file',
      ],
      [
        expect.stringMatching(/^conv2d_transpose.*kernel$/),
        'Conv2DTranspose reads it as a matrix [18, 24] of other rows than the file',
      ],
    ]);
    expect(report.filter(({ layer }) => layer !== undefined).length).toBeGreaterThan(4);
    model.dispose();
  });

  it('says which formats belong to none of the methods, and decodes them', async () => {
    registerCompressedLayers([uniform]);
    const bytes = await packedFile(wordNetwork(), CHOICES['a method for each']);
    const { model, report } = await loadPacked(bytes, { methods: [uniform] });
    expect(new Set(report.map(({ format, reason }) => `${format}: ${reason}`))).toEqual(
      new Set(["kmeans: the format 'kmeans' belongs to none of the methods"]),
    );
    const dense = await tf.loadLayersModel(packedModel(bytes, { formats }));
    expectClose(predictions(model), predictions(dense));
    expect(model.layers.some((layer) => layer instanceof PackedLayer)).toBe(false);
    model.dispose();
    dense.dispose();
    await expect(loadPacked(bytes)).rejects.toMatchObject({ code: 'unknown-format' });
  });

  it('decodes the kernels of custom layers', async () => {
    class Twice extends tf.layers.Layer {
      static readonly className = 'Twice';
      #kernel: tf.LayerVariable | undefined;
      override build(): void {
        this.#kernel = this.addWeight('kernel', [16, 16], 'float32', tf.initializers.glorotNormal({ seed: 1 }));
        super.build([null, 16]);
      }
      override call(x: tf.Tensor | tf.Tensor[]): tf.Tensor {
        return tf.matMul([x].flat()[0], (this.#kernel as tf.LayerVariable).read());
      }
    }
    tf.serialization.registerClass(Twice);
    const bytes = await packedFile(
      tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [16] }), new Twice()] }),
    );
    const { model, report } = await loadPacked(bytes);
    expect(report.map(({ reason }) => reason)).toEqual(["a packed layer knows no matrix 'kernel' of Twice"]);
    model.dispose();
  });
});
