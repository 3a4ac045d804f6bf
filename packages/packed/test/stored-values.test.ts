// How values are stored: axes, half precision, bytes, topology.
import { matrix } from '@gcompress/core';
import { matrixOfWeight, weightOfMatrix } from '@gcompress/weights';
import * as tf from '@tensorflow/tfjs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack } from '../src/index.ts';
import { packedModel, type RowDecoder } from '../src/load/index.ts';
import { fromFloat16, toFloat16 } from '../src/values/float16.ts';
import { restValues } from '../src/values/rest-values.ts';
import { artifactsOf } from './models.ts';
import { putTogether, withChecksums } from './packed-example.ts';

it('every float16 comes back from its number', () => {
  const all = Array.from({ length: 2 ** 16 }, (_, bits) => bits);
  const isNumber = (bits: number) => !Number.isNaN(fromFloat16(bits));
  expect(all.filter((bits) => toFloat16(fromFloat16(bits)) !== (isNumber(bits) ? bits : 0x7e00))).toEqual([]);
});

it('a number becomes the nearest float16, with ties to even', () => {
  fc.assert(
    fc.property(fc.double({ min: -65519, max: 65519, noNaN: true }), (value) => {
      const bits = toFloat16(value);
      const error = Math.abs(fromFloat16(bits) - value);
      // The neighbours of a number that is not the largest
      for (const other of [bits - 1, bits + 1].filter(
        (near) => (near & 0x7fff) <= 0x7bff && (near & 0x8000) === (bits & 0x8000),
      )) {
        const further = Math.abs(fromFloat16(other) - value);
        expect(error < further || (error === further && bits % 2 === 0)).toBe(true);
      }
    }),
    { numRuns: 2000, seed: 1 },
  );
  expect([65519.99, 65520, -1e9, 2 ** -25, 2 ** -25 + 2 ** -40].map(toFloat16)).toEqual([0x7bff, 0x7c00, 0xfc00, 0, 1]);
});

it('TensorFlow.js decodes the other weights to the values that the report describes', () => {
  const floats = fc.array(fc.float({ noDefaultInfinity: true, noNaN: true }), { minLength: 1, maxLength: 100 });
  const property = fc.property(floats, fc.constantFrom('float32', 'float16', 'uint8'), (list, dtype) => {
    const values = Float32Array.from(list);
    const stored = restValues(values, [values.length], dtype);
    const spec = {
      name: 'w',
      shape: [values.length],
      dtype: 'float32',
      ...(stored.quantization && { quantization: stored.quantization }),
    };
    const decoded = tf.io.decodeWeights(stored.bytes.slice().buffer, [spec as tf.io.WeightsManifestEntry]);
    expect([...decoded.w.dataSync()]).toEqual([...stored.values]);
    expect(stored.values.every(Number.isFinite)).toBe(true);
  });
  fc.assert(property, { numRuns: 300, seed: 2 });
});

describe('other weights keep the documented error bounds', () => {
  const sizes = fc.array(fc.float({ noDefaultInfinity: true, noNaN: true, min: -70000, max: 70000 }), { minLength: 8 });
  const tiny = fc.array(fc.float({ noNaN: true, min: -(2 ** -12), max: 2 ** -12 }), { minLength: 8 });

  it('float16: relative to each value, and for weights of several axes relative to the root mean square', () => {
    const property = fc.property(fc.oneof(sizes, tiny), fc.boolean(), (list, isList) => {
      const values = Float32Array.from(list);
      const stored = restValues(values, isList ? [values.length] : [1, values.length], 'float16');
      const scale = isList ? 0 : Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
      for (const [i, value] of values.entries()) {
        const most = 2 ** -11 * Math.max(Math.abs(value), scale);
        expect(Math.abs(stored.values[i] - value)).toBeLessThanOrEqual(most);
      }
      expect(stored.note === undefined).toBe(stored.dtype === 'float16');
    });
    fc.assert(property, { numRuns: 500, seed: 4 });
  });

  it('uint8: half a level', () => {
    const property = fc.property(sizes, (list) => {
      const values = Float32Array.from({ length: 64 }, (_, i) => list[i % list.length]);
      const stored = restValues(values, [64], 'uint8');
      const range = Math.max(...values) - Math.min(...values);
      const rounding = 2 ** -22 * Math.max(...values.map(Math.abs));
      for (const [i, value] of values.entries()) {
        expect(Math.abs(stored.values[i] - value)).toBeLessThanOrEqual(range / 510 + rounding);
      }
    });
    fc.assert(property, { numRuns: 200, seed: 5 });
  });

  it('a variance that float16 would lose makes its list float32, and the report says why', () => {
    const variances = Float32Array.from({ length: 16 }, (_, i) => (i === 3 ? 1e-6 : 0.5));
    const { dtype, note } = restValues(variances, [16], 'float16');
    expect(dtype).toBe('float32');
    expect(note).toMatch(/^float32, because float16 would make /);
    expect(restValues(variances, [4, 4], 'float16').dtype).toBe('float16');
  });
});

it('the matrix of a weight has an output channel in each column, and gives the weight back', () => {
  const shapes = fc.tuple(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }), fc.boolean());
  const property = fc.property(shapes, ([shape, swapped]) => {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i);
    const found = matrixOfWeight(values, shape, swapped);
    expect(found).toBeDefined();
    if (!found) return;
    const [outer, inner] = shape.slice(-2);
    expect(found.shape[1]).toBe(swapped ? outer : inner);
    const permutation = shape.map((_, axis) => axis);
    if (swapped) permutation.push(...permutation.splice(-2).reverse());
    const turned = tf.transpose(tf.tensor(values, shape), permutation);
    expect([...found.data]).toEqual([...turned.dataSync()]);
    expect([...weightOfMatrix(found, shape, swapped)]).toEqual([...values]);
  });
  fc.assert(property, { numRuns: 100, seed: 3 });
});

async function load(bytes: Uint8Array, formats: readonly RowDecoder[]): Promise<tf.io.ModelArtifacts> {
  return (await packedModel(bytes, { formats }).load?.()) as tf.io.ModelArtifacts;
}

/** A format that stores float32 values unchanged, and decodes them row by row. */
const plain: RowDecoder = {
  id: 'plain',
  version: 1,
  rows({ tensors, shape }) {
    let at = 0;
    return (count) => {
      at += count * shape[1];
      return (tensors.w.data as Float32Array).slice(at - count * shape[1], at);
    };
  },
};

it('rows of a matrix end where its weight has them, however its axes lie', async () => {
  const shapes = fc.tuple(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 3 }), fc.boolean());
  const property = fc.asyncProperty(shapes, async ([shape, swapped]) => {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i);
    const found = matrixOfWeight(values, shape, swapped) ?? matrix([1, 1], [0]);
    const tensors = { w: ['float32', ...found.shape] as const };
    const stored = { format: 'plain', version: 1, shape: found.shape, config: {}, tensors, swapped };
    // A boolean before it, so that the weight is not aligned
    const weights = [['s', 'bool', [1]] as const, ['w', 'float32', shape, { matrix: stored }] as const];
    const data = Uint8Array.from(Buffer.concat([Uint8Array.of(1), new Uint8Array(found.data.buffer as ArrayBuffer)]));
    const header = withChecksums(
      { model: { modelTopology: {} }, weights, probes: [], parts: [[2, data.length, 0]] },
      data,
    );
    const { weightData } = await load(putTogether(JSON.stringify(header), data), [plain]);
    expect(Buffer.from(weightData as ArrayBuffer, 1).equals(Buffer.from(values.buffer))).toBe(true);
  });
  await fc.assert(property, { numRuns: 30, seed: 4 });
});

it('any topology and metadata come back as their JSON', async () => {
  const property = fc.asyncProperty(
    fc.dictionary(fc.string(), fc.jsonValue()),
    fc.jsonValue(),
    async (topology, value) => {
      const given = { modelTopology: { ...topology, layers: [] }, userDefinedMetadata: { value } as never };
      const { bytes } = await pack(given, { method: () => undefined });
      const { weightData: _, weightSpecs: __, ...loaded } = await load(bytes, []);
      expect(loaded).toEqual(JSON.parse(JSON.stringify(given)));
    },
  );
  await fc.assert(property, { numRuns: 100, seed: 5 });
});

it('the header of a small network takes a small part of even a small file', async () => {
  const model = tf.sequential();
  model.add(tf.layers.dense({ inputShape: [784], units: 300, activation: 'relu' }));
  model.add(tf.layers.dense({ units: 100, activation: 'relu' }));
  model.add(tf.layers.dense({ units: 10, activation: 'softmax' }));
  const { report } = await pack(await artifactsOf(model), { method: () => undefined });
  // 784-300-100-10, pruned and quantized, takes about 10 kB
  expect(report.headerBytes).toBeLessThan(700);
});
