// Reader and writer of the stored form of atoms and sparse codes.
import { isGCompressError, matrix, type PackedMatrix, type PackedTensor } from '@gcompress/core';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import { normalMatrix } from '@gcompress/testkit';
import { describe, expect, it } from 'vitest';
import { dictLearn, dictLearnFormat } from '../src/index.ts';

const floats = (shape: number[], ...values: number[]): PackedTensor => ({ shape, data: Float32Array.from(values) });
const bytes = (...values: number[]): PackedTensor => ({ shape: [values.length], data: Uint8Array.from(values) });

/** Two rows of four entries in signals of two, three atoms, at most two nonzeros. */
const atoms = floats([3, 2], 1, 0, 0, 1, 1, 1);
const form = { format: 'dictlearn', version: 1, shape: [2, 4] as const };
const config = { signalLength: 2, nonzeros: 2, valueBits: 32, masked: false };
const values = floats([3], 2, 3, 4);

// Signals: 2·atom 0, none, 3·atom 1 + 4·atom 2, none
const counted: PackedMatrix = {
  ...form,
  config,
  tensors: { counts: bytes(0b00100001), positions: bytes(0b100100), values, atoms },
};
const withMask: PackedMatrix = { ...form, config, tensors: { mask: bytes(0b10000001, 0b1), values, atoms } };
const filled: PackedMatrix = {
  ...form,
  config,
  tensors: { positions: bytes(0, 0b1001), values: floats([8], 2, 0, 0, 0, 3, 4, 0, 0), atoms },
};
const dense = [2, 0, 0, 0, 4, 7, 0, 0];

const decoded = (packed: PackedMatrix) =>
  createCompressedMatrix(dictLearnFormat, { ...packed, factors: dictLearnFormat.unpack(packed) });

describe('unpack', () => {
  it('reads codes stored with counts, with a mask, or filled up', () => {
    expect([...decoded(counted).decompress().data]).toEqual(dense);
    expect([...decoded(withMask).decompress().data]).toEqual(dense);
    expect([...decoded(filled).decompress().data]).toEqual(dense);
    expect(dictLearnFormat.unpack(filled)).toEqual(dictLearnFormat.unpack(counted));
  });

  it('returns trainable codes and atoms, and a support that is not trainable', () => {
    const { codes, support } = dictLearnFormat.unpack(counted);
    expect(codes).toEqual({
      shape: [4, 2],
      dtype: 'float32',
      trainable: true,
      data: Float32Array.of(2, 0, 0, 0, 3, 4, 0, 0),
    });
    expect(support).toEqual({
      shape: [4, 2],
      dtype: 'int32',
      trainable: false,
      data: Int32Array.of(0, 0, 0, 0, 1, 2, 0, 0),
    });
    expect(dictLearnFormat.unpack(counted).atoms.trainable).toBe(true);
  });

  it('returns a mask if that takes less memory', () => {
    const masked = dictLearnFormat.unpack({ ...counted, config: { ...config, masked: true } });
    expect([...masked.codes.data]).toEqual([2, 0, 0, 0, 0, 0, 0, 3, 4, 0, 0, 0]);
    expect([...masked.support.data]).toEqual([1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0]);
    expect([masked.codes.shape, masked.support.dtype, masked.support.trainable]).toEqual([[4, 3], 'float32', false]);
    expect([...decoded({ ...counted, config: { ...config, masked: true } }).decompress().data]).toEqual(dense);
  });

  it('returns values of few bits as steps from −1 to 1 that are not trainable', () => {
    const stored = { ...counted.tensors, values: bytes(0b0100_1110, 0b0111) };
    const { codes } = dictLearnFormat.unpack({ ...counted, config: { ...config, valueBits: 4 }, tensors: stored });
    expect([...codes.data]).toEqual(Array.from(Float32Array.of(1, 0, 0, 0, -3 / 7, 0, 0, 0)));
    expect(codes.trainable).toBe(false);
  });

  it.each<[string, Partial<PackedMatrix>, string]>([
    ['a newer version', { version: 3 }, 'unsupported-version'],
    ['no config', { config: {} }, 'file-header'],
    ['a signal longer than a row', { config: { ...config, signalLength: 5 } }, 'file-header'],
    ['a signal of no entries', { config: { ...config, signalLength: 0 } }, 'file-header'],
    ['more nonzeros than entries', { config: { ...config, nonzeros: 3 } }, 'file-header'],
    ['half a nonzero', { config: { ...config, nonzeros: 1.5 } }, 'file-header'],
    ['bits that nothing is stored in', { config: { ...config, valueBits: 17 } }, 'file-header'],
    ['one bit', { config: { ...config, valueBits: 1 } }, 'file-header'],
    ['a layout that is no boolean', { config: { ...config, masked: 'yes' } }, 'file-header'],
    ['atoms of another length', { config: { ...config, signalLength: 4 } }, 'file-tensor'],
    ['no atoms', { tensors: { ...counted.tensors, atoms: floats([0, 2]) } }, 'file-tensor'],
    [
      'too many atoms',
      { tensors: { ...counted.tensors, atoms: { shape: [65537, 2], data: new Float32Array(131074) } } },
      'file-tensor',
    ],
    ['a count above the nonzeros', { tensors: { ...counted.tensors, counts: bytes(0b00110001) } }, 'file-tensor'],
    [
      'counts that ask for more positions',
      { tensors: { ...counted.tensors, counts: bytes(0b10101010) } },
      'file-tensor',
    ],
    ['counts that ask for more values', { tensors: { ...counted.tensors, counts: bytes(0b00100101) } }, 'file-tensor'],
    ['an atom that does not exist', { tensors: { ...counted.tensors, positions: bytes(0b110100) } }, 'file-tensor'],
    ['atoms out of order', { tensors: { ...counted.tensors, positions: bytes(0b011000) } }, 'file-tensor'],
    ['an atom twice', { tensors: { ...counted.tensors, positions: bytes(0b101000) } }, 'file-tensor'],
    ['no values', { tensors: { ...counted.tensors, values: floats([0]) } }, 'file-tensor'],
    ['a mask with three nonzeros', { tensors: { mask: bytes(0b111, 0), values, atoms } }, 'file-tensor'],
    ['a short mask', { tensors: { mask: bytes(0b1), values, atoms } }, 'file-tensor'],
    ['values of bits where floats belong', { tensors: { ...counted.tensors, values: bytes(1, 2, 3) } }, 'file-dtype'],
  ])('refuses %s', (_, change, expected) => {
    expect(() => dictLearnFormat.unpack({ ...counted, ...change })).toThrow(
      expect.toSatisfy((error) => isGCompressError(error, expected)),
    );
  });

  it('refuses sizes that do not fit into memory before it allocates them', () => {
    const side = 2 ** 14;
    const huge = { ...form, shape: [side, side] as const, config: { ...config, signalLength: side, nonzeros: side } };
    const tensors = { atoms: { shape: [1, side], data: new Float32Array(side) } };
    expect(() => dictLearnFormat.unpack({ ...huge, tensors })).toThrow(
      expect.toSatisfy((error) => isGCompressError(error, 'file-oversized')),
    );
  });
});

describe('pack', () => {
  const tensorsOf = (density: number, atomCount: number, nonzeros: number) => {
    const { data, shape } = normalMatrix([400, 16], 3);
    const sparse = matrix(
      shape,
      data.map((entry, at) => (Math.floor(at / 16) % 100 < density ? entry : 0)),
    );
    return Object.keys(
      dictLearn({ allowLarger: true, atoms: atomCount, nonzeros, iterations: 2 }).compress(sparse).pack().tensors,
    ).sort();
  };

  it('stores the support in the smallest of its three ways', () => {
    expect(tensorsOf(100, 64, 2)).toEqual(['atoms', 'positions', 'values']);
    expect(tensorsOf(40, 64, 2)).toEqual(['atoms', 'coded-counts', 'positions', 'values']);
    expect(tensorsOf(100, 12, 6)).toEqual(['atoms', 'mask', 'values']);
  });

  it('stores a zero row in less than a byte', () => {
    const original = normalMatrix([64, 16], 4);
    const zeros = matrix(
      [1000, 16],
      Float32Array.from({ length: 16000 }, (_, at) => original.data[at] ?? 0),
    );
    const compressor = dictLearn({ allowLarger: true, atoms: 32, nonzeros: 3 });
    const [small, large] = [original, zeros].map((each) => compressor.compress(each).byteLength);
    expect(large - small).toBeLessThanOrEqual(936);
  });

  it('omits codes that training has made zero', () => {
    const { factors, config: planned } = dictLearn({ allowLarger: true, atoms: 12, nonzeros: 2 }).compress(
      normalMatrix([30, 6], 5),
    );
    const data = factors.codes.data.map((value, at) => (at % 3 === 0 ? 0 : value)) as Float32Array;
    const trained = createCompressedMatrix(dictLearnFormat, {
      shape: [30, 6],
      config: planned,
      factors: { ...factors, codes: { ...factors.codes, data } },
    });
    const again = decoded(trained.pack());
    expect(again.decompress()).toEqual(trained.decompress());
    expect(trained.byteLength).toBeLessThan(
      createCompressedMatrix(dictLearnFormat, { shape: [30, 6], config: planned, factors }).byteLength,
    );
  });
});

it('trim removes unused atoms in both layouts', () => {
  for (const masked of [false, true]) {
    const compressed = decoded({ ...counted, config: { ...config, masked } });
    const codes = {
      ...compressed.factors.codes,
      data: compressed.factors.codes.data.map((value) => (value === 3 ? 0 : value)) as Float32Array,
    };
    const unused = { ...compressed, factors: { ...compressed.factors, codes } };
    const trimmed = createCompressedMatrix(dictLearnFormat, dictLearnFormat.trim?.(unused) ?? unused);
    expect([...trimmed.factors.atoms.data]).toEqual([1, 0, 1, 1]);
    expect([...trimmed.decompress().data]).toEqual([2, 0, 0, 0, 4, 4, 0, 0]);
  }
});

it.each([
  ['codes as a matrix of their own, one signal a row', { signalLength: 4, masked: true }, true],
  ['several signals a row', { signalLength: 2, masked: true }, false],
  ['codes that are gathered', { signalLength: 4, masked: false }, false],
])('multiplyPays for %s (%o) is %s', (_, layout, pays) => {
  expect(dictLearnFormat.multiplyPays?.({ shape: [2, 4], config: { ...config, ...layout } })).toBe(pays);
});
