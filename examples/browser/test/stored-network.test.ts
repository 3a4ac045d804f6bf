import { matrix } from '@gcompress/core';
import { kMeans } from '@gcompress/kmeans';
import { describe, expect, it } from 'vitest';
import { LAYERS, type LayerName, PIXELS } from '../src/network/architecture.ts';
import { uncompressed } from '../src/network/dense-format.ts';
import { fileFormats } from '../src/network/formats.ts';
import { classify, readNetwork, type StoredLayer, weightBytes, writeNetwork } from '../src/network/stored-network.ts';

/** A network whose entries are waves of different lengths. */
function network(compress = uncompressed) {
  const layers = LAYERS.map(({ name, shape: [rows, cols], compressed }, layer) => {
    const weights = matrix(
      [rows, cols],
      Float32Array.from({ length: rows * cols }, (_, i) => Math.sin(i * i + layer) / 8),
    );
    const bias = Float32Array.from({ length: cols }, (_, i) => Math.cos(i) / 4);
    return [name, { weights: compressed ? compress(weights) : uncompressed(weights), bias }] as const;
  });
  return Object.fromEntries(layers) as Record<LayerName, StoredLayer>;
}

const pictures = Float32Array.from({ length: 3 * PIXELS }, (_, i) => Math.sin(i / 7) ** 2);

describe('a network in a file', () => {
  it('comes back as it was', async () => {
    const stored = network((weights) => kMeans({ levels: 4 }).compress(weights) as never);
    const read = await readNetwork(writeNetwork(stored), fileFormats);
    expect(classify(read, pictures)).toEqual(classify(stored, pictures));
    expect(weightBytes(read)).toBe(weightBytes(stored));
    expect(weightBytes(read)).toBeLessThan(weightBytes(network()) / 10);
  });

  it('gives probabilities, the same for one picture as for many', () => {
    const stored = network();
    const together = classify(stored, pictures);
    for (let i = 0; i < 3; i++) {
      const alone = classify(stored, pictures.subarray(i * PIXELS, (i + 1) * PIXELS));
      expect(alone).toEqual(together.slice(10 * i, 10 * i + 10));
      expect(alone.reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 5);
    }
  });

  it('is refused when a matrix has another shape or is missing', async () => {
    const { fc1, ...rest } = network();
    const narrow = { ...fc1, weights: uncompressed(matrix([784, 127], new Float32Array(784 * 127))) };
    const wrong = writeNetwork({ ...rest, fc1: narrow });
    await expect(readNetwork(wrong, fileFormats)).rejects.toMatchObject({ code: 'unsupported' });
  });
});
