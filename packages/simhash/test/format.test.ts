// Reader and writer of the stored form, and refusal of hostile files.
import { type ErrorCode, isGCompressError, type PackedMatrix } from '@gcompress/core';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import { normalMatrix } from '@gcompress/testkit';
import { describe, expect, it } from 'vitest';
import { simhash, simhashFormat } from '../src/index.ts';
import { MAX_PROJECTION_ROWS } from '../src/projection.ts';

const seeded = simhash({ bits: 10 })
  .compress(normalMatrix([24, 16]))
  .pack();
const fitted = simhash({ bits: 2, planes: 'fitted' })
  .compress(normalMatrix([24, 16]))
  .pack();

describe('the stored form', () => {
  it('has k·n bits and n scales, and the projection only if it is fitted', () => {
    expect(seeded.config).toEqual({ planes: 'orthogonal', seed: 42, bits: 10, trainableScales: false });
    expect(sizes(seeded)).toEqual({ signs: 20, scales: 64 });
    expect(fitted.config).toEqual({ planes: 'fitted', bits: 2, trainableScales: false });
    expect(sizes(fitted)).toEqual({ signs: 4, scales: 64, projection: 192 });
  });

  it('has the first sign in the lowest bit, 1 for +1', () => {
    const factors = simhashFormat.unpack({
      ...seeded,
      shape: [24, 5],
      config: { ...seeded.config, bits: 2 },
      tensors: {
        signs: { shape: [2], data: Uint8Array.of(0b00100101, 0b10) },
        scales: { shape: [5], data: new Float32Array(5).fill(1) },
      },
    });
    expect(factors.signs.shape).toEqual([2, 5]);
    expect(Array.from(factors.signs.data)).toEqual([1, -1, 1, -1, -1, 1, -1, -1, -1, 1]);
  });

  it('remembers which factors are trainable', () => {
    const packed = simhash({ bits: 10, trainableScales: true })
      .compress(normalMatrix([24, 16]))
      .pack();
    expect(simhashFormat.unpack(packed).scales.trainable).toBe(true);
    expect(simhashFormat.unpack(seeded).scales.trainable).toBe(false);
    expect(simhashFormat.unpack(seeded).projection.trainable).toBe(false);
    expect(simhashFormat.unpack(fitted).projection.trainable).toBe(true);
  });

  it('never contains a projection that is drawn from a seed', () => {
    const factors = simhashFormat.unpack(seeded);
    const compressed = createCompressedMatrix(simhashFormat, { ...seeded, factors });
    expect(Object.keys(compressed.pack().tensors).sort()).toEqual(['scales', 'signs']);
    expect(factors.projection.shape).toEqual([24, 10]);
  });
});

describe('a hostile file', () => {
  const config = (changes: Record<string, unknown>) =>
    ({ ...seeded, config: { ...seeded.config, ...changes } }) as PackedMatrix;

  it.each<[string, PackedMatrix, ErrorCode]>([
    ['a newer version', { ...seeded, version: 2 }, 'unsupported-version'],
    ['no bits', config({ bits: 0 }), 'file-header'],
    ['bits that are no integer', config({ bits: 1.5 }), 'file-header'],
    ['bits that are no number', config({ bits: '10' }), 'file-header'],
    ['more bits than there are', config({ bits: 11 }), 'file-tensor'],
    ['more bits than can be', config({ bits: 2 ** 40 }), 'file-oversized'],
    ['unknown planes', config({ planes: 'random' }), 'file-header'],
    ['a seed that is no integer', config({ seed: 0.5 }), 'file-header'],
    ['no seed', config({ seed: null }), 'file-header'],
    ['a seed out of range', config({ seed: 2 ** 32 }), 'file-header'],
    ['a flag that is no boolean', config({ trainableScales: 0 }), 'file-header'],
    ['more rows than a projection may have', { ...seeded, shape: [MAX_PROJECTION_ROWS + 1, 16] }, 'file-oversized'],
    ['more planes than rows can have', { ...seeded, shape: [1, 1], ...manyPlanes(1) }, 'file-oversized'],
    ['a projection of the wrong shape', { ...fitted, shape: [25, 16] }, 'file-tensor'],
    ['a fitted projection that is missing', config({ planes: 'fitted' }), 'file-tensor'],
  ])('is refused for %s', (_, packed, code) => {
    const unpack = () => simhashFormat.unpack(packed);
    expect(unpack).toThrow();
    try {
      unpack();
    } catch (error) {
      expect(isGCompressError(error) ? error.code : error).toBe(code);
    }
  });
});

/** One column with a thousand sign bits a row. */
function manyPlanes(rows: number): Pick<PackedMatrix, 'config' | 'tensors'> {
  const bits = 1000 * rows;
  return {
    config: { ...seeded.config, bits },
    tensors: {
      signs: { shape: [bits / 8], data: new Uint8Array(bits / 8) },
      scales: { shape: [1], data: Float32Array.of(1) },
    },
  };
}

function sizes({ tensors }: PackedMatrix): Record<string, number> {
  return Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data.byteLength]));
}
