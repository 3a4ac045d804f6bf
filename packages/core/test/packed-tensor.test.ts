import { describe, expect, it } from 'vitest';
import { isGCompressError, type PackedMatrix } from '../src/index.ts';
import { assertVersion, packedDtype, packedTensor } from '../src/storage.ts';

const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));

const packed: PackedMatrix = {
  format: 'toy',
  version: 2,
  shape: [2, 3],
  config: {},
  tensors: {
    scales: { shape: [3], data: Float32Array.of(1, 2, 3) },
    signs: { shape: [2, 1], data: Uint8Array.of(5, 6) },
  },
};

it('packedDtype names the element type', () => {
  const arrays = [Float32Array, Int32Array, Uint32Array, Uint16Array, Uint8Array];
  expect(arrays.map((Type) => packedDtype(new Type(1)))).toEqual(['float32', 'int32', 'uint32', 'uint16', 'uint8']);
});

describe('packedTensor', () => {
  it('returns a tensor of the expected dtype and shape', () => {
    expect(packedTensor(packed, 'scales', 'float32', [3])).toBe(packed.tensors.scales);
    expect(packedTensor(packed, 'scales', 'float32', [null])).toBe(packed.tensors.scales);
    expect(packedTensor(packed, 'signs', ['uint16', 'uint8'], [2, null])).toBe(packed.tensors.signs);
  });

  it.each(['atoms', 'toString', '__proto__'])('refuses a tensor %s that is not there', (name) => {
    expect(() => packedTensor(packed, name, 'float32', [3])).toThrow(code('file-tensor'));
    expect(() => packedTensor(packed, name, 'float32', [3, null])).toThrow(
      `toy tensor '${name}': expected shape [3, any], got no such tensor`,
    );
  });

  it.each([[[2]], [[3, 1]], [[]], [[null, null]]])('refuses the shape %j', (shape) => {
    expect(() => packedTensor(packed, 'scales', 'float32', shape)).toThrow(code('file-tensor'));
  });

  it('refuses another element type', () => {
    expect(() => packedTensor(packed, 'signs', ['float32', 'int32'], [2, 1])).toThrow(code('file-dtype'));
    expect(() => packedTensor(packed, 'signs', ['float32', 'int32'], [2, 1])).toThrow(
      'expected float32 or int32, got uint8',
    );
  });
});

describe('assertVersion', () => {
  it('accepts the newest and older ones', () => {
    expect(() => assertVersion(packed, 2)).not.toThrow();
    expect(() => assertVersion(packed, 3)).not.toThrow();
  });

  it.each([3, 0, -1, 1.5, Number.NaN])('refuses version %s where 2 is the newest', (version) => {
    expect(() => assertVersion({ ...packed, version }, 2)).toThrow(code('unsupported-version'));
  });
});
