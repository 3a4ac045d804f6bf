// Calibrations as files, and several as one.
import { isGCompressError } from '@gcompress/core';
import { readTensorFile, writeTensorFile } from '@gcompress/core/storage';
import { testRuns } from '@gcompress/fixtures/test-runs';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Calibration, calibrate, loadCalibration, mergeCalibrations, saveCalibration } from '../src/index.ts';
import { expectClose, normal } from './values.ts';

const model = tf.sequential({
  layers: [
    tf.layers.depthwiseConv2d({ inputShape: [6, 6, 3], kernelSize: 3, name: 'depthwise' }),
    tf.layers.reshape({ targetShape: [4, 4, 3, 1] }),
    tf.layers.conv3d({ kernelSize: 2, filters: 1, name: 'volume' }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 2, name: 'head' }),
  ],
});
const pictures = normal([8, 6, 6, 3]);
const whole = await calibrate(model, pictures);
const [half, other] = tf.split(pictures, 2);
const KIND = { format: 'gcompress-calibration', version: 1 };
const ARRAYS = { F64: Float64Array, U32: Uint32Array };

describe('saveCalibration', () => {
  it('writes what loadCalibration reads, bit by bit', () => {
    expect(loadCalibration(saveCalibration(whole))).toEqual(whole);
    expect([...whole.skipped.keys()].map((name) => name.split('/')[0])).toEqual(['volume']);
    expect(whole.warnings).not.toEqual([]);
  });

  it('stores half of symmetric moments, and no zeros where most entries are zeros', () => {
    const { tensors } = readTensorFile(saveCalibration(whole), KIND, ARRAYS);
    const lengths = Object.entries(tensors).map(([name, { data }]) => [name.replace(/_\d+$/, ''), data.length]);
    expect(Object.fromEntries(lengths)).toEqual({
      'sums/depthwise/depthwise_kernel': 27,
      'moments/depthwise/depthwise_kernel': 3 * 45,
      'places/depthwise/depthwise_kernel': 3 * 45,
      'sums/head/kernel': 18,
      'moments/head/kernel': (18 * 19) / 2,
    });
  });

  it('keeps any moments, sparse or full', () => {
    const values = fc.integer({ min: 1, max: 7 }).chain((size) =>
      fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.double({ noNaN: true, min: -1, max: 1 })), {
        minLength: size,
        maxLength: size,
      }),
    );
    fc.assert(
      fc.property(values, fc.stringMatching(/^[a-z_/]{1,8}$/), (row, name) => {
        const size = row.length;
        fc.pre(row.some((value) => Math.abs(value) > 1e-3));
        const matrix = Float64Array.from(
          { length: size * size },
          (_, at) => row[Math.floor(at / size)] * row[at % size] + 0,
        );
        const sums = { count: 3, values: Float64Array.from(row) };
        const moments = new Map([[name, { size, count: 2, values: matrix }]]);
        const given = { moments, inputSums: new Map([[name, sums]]), samples: 1, skipped: new Map(), warnings: [] };
        expect(loadCalibration(saveCalibration(given))).toEqual(given);
      }),
      { numRuns: testRuns(60) },
    );
  });

  it('refuses anything but a calibration', () => {
    const nan = new Map([['w', { count: 1, values: Float64Array.of(Number.NaN) }]]);
    for (const [wrong, code] of [
      [null, 'invalid-option'],
      [{ ...whole, samples: -1 }, 'invalid-option'],
      [{ ...whole, moments: {} }, 'invalid-option'],
      [{ ...whole, inputSums: new Map() }, 'invalid-option'],
      [{ ...whole, inputSums: nan }, 'non-finite'],
      [{ ...whole, skipped: new Map([['w', 1]]) }, 'invalid-option'],
      [{ ...whole, warnings: [1] }, 'invalid-option'],
    ] as const) {
      expect(() => saveCalibration(wrong as never)).toThrow(expect.objectContaining({ code }));
    }
  });
});

describe('loadCalibration', () => {
  const file = saveCalibration(whole);

  /** The file with another header or other tensors, and a checksum that fits. */
  function edited(
    header: (given: never) => unknown,
    change: (tensors: Record<string, never>) => object = (same) => same,
  ) {
    const { metadata, tensors } = readTensorFile(file, KIND, ARRAYS);
    const calibration = JSON.stringify(header(JSON.parse(metadata.calibration) as never));
    return writeTensorFile(KIND, change({ ...tensors } as never) as never, { calibration });
  }

  it.each<[string, Uint8Array, string]>([
    ['no header', edited(() => 7), 'file-header'],
    ['no samples', edited((given: object) => ({ ...given, samples: '8' })), 'file-header'],
    ['counts of another form', edited((given: object) => ({ ...given, counts: [['w', 1]] })), 'file-header'],
    [
      'a weight without tensors',
      edited((given: { counts: unknown[] }) => ({ ...given, counts: [...given.counts, ['w', 1, 1]] })),
      'file-tensor',
    ],
    [
      'a weight twice',
      edited((given: { counts: unknown[] }) => ({ ...given, counts: [...given.counts, given.counts[0]] })),
      'file-tensor',
    ],
    [
      'tensors of no weight',
      edited(
        (given) => given,
        (tensors) => ({ ...tensors, x: { shape: [1], data: Float64Array.of(1) } }),
      ),
      'file-tensor',
    ],
    [
      'places outside of the matrix',
      edited(
        (given) => given,
        (tensors) => ({
          ...tensors,
          'places/depthwise/depthwise_kernel': {
            shape: [135],
            data: Uint32Array.from({ length: 135 }, (_, at) => 400 + at),
          },
        }),
      ),
      'file-tensor',
    ],
    [
      'a count of 0',
      edited((given: { counts: [string, number, number][] }) => ({
        ...given,
        counts: given.counts.map(([name]) => [name, 0, 0]),
      })),
      'invalid-option',
    ],
    [
      'NaN',
      edited(
        (given) => given,
        (tensors) => ({ ...tensors, 'sums/head/kernel': { shape: [18], data: new Float64Array(18).fill(Number.NaN) } }),
      ),
      'non-finite',
    ],
  ])('refuses a file with %s', (_, bytes, code) => {
    expect(() => loadCalibration(bytes)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a small file that announces large moments', () => {
    expect(() => loadCalibration(file, { maxBytes: 8 * (27 ** 2 + 18 ** 2) - 1 })).toThrow(
      expect.objectContaining({ code: 'file-oversized' }),
    );
    expect(loadCalibration(file, { maxBytes: 8 * (27 ** 2 + 18 ** 2) }).moments.size).toBe(2);
  });

  it('refuses a file that is cut off or has a changed byte', () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, bits, cut) => {
        const changed = cut
          ? file.slice(0, at)
          : Uint8Array.from(file, (byte, place) => (place === at ? byte ^ bits : byte));
        try {
          loadCalibration(changed);
        } catch (error) {
          return isGCompressError(error) && (error.code.startsWith('file-') || error.code === 'unsupported-version');
        }
        return false;
      }),
      { numRuns: testRuns(200) },
    );
  });
});

describe('mergeCalibrations', () => {
  it('gives what one pass over all inputs gives', async () => {
    const parts = [await calibrate(model, half), await calibrate(model, other)];
    const before = structuredClone(parts[0].moments);
    const merged = mergeCalibrations(parts[0], parts[1]);
    expect(parts[0].moments).toEqual(before);
    expect(merged.samples).toBe(8);
    for (const [name, { count, values }] of whole.moments) {
      expect(merged.moments.get(name)?.count).toBe(count);
      expectClose(merged.moments.get(name)?.values, values);
      expectClose(merged.inputSums.get(name)?.values, whole.inputSums.get(name)?.values ?? []);
    }
    expect(merged.skipped).toEqual(whole.skipped);
    expect(merged.warnings).toEqual(whole.warnings);
  });

  it('takes matrices that only one part observed', () => {
    const none: Calibration = {
      moments: new Map(),
      inputSums: new Map(),
      samples: 2,
      skipped: new Map([...whole.moments.keys()].map((name) => [name, 'it has only seen inputs of 0'])),
      warnings: [],
    };
    const merged = mergeCalibrations(none, whole);
    expect(merged.moments).toEqual(whole.moments);
    expect(merged.samples).toBe(10);
    expect(merged.skipped).toEqual(whole.skipped);
  });

  it('refuses calibrations of two models, and other values', () => {
    const sums = (name: string, size: number): Calibration => ({
      moments: new Map(),
      inputSums: new Map([[name, { count: 1, values: new Float64Array(size) }]]),
      samples: 1,
      skipped: new Map(),
      warnings: [],
    });
    expect(() => mergeCalibrations(sums('a', 2), sums('a', 3))).toThrow("got one of a model with 'a' with 2 inputs");
    expect(() => mergeCalibrations(sums('a', 2), sums('b', 2))).toThrow(
      expect.objectContaining({ code: 'shape-mismatch' }),
    );
    expect(() => mergeCalibrations(whole, {} as never)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });
});
