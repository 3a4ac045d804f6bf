// Small files that claim many codes or atoms are refused.
import { isGCompressError, type PackedMatrix } from '@gcompress/core';
import { expect, it, vi } from 'vitest';
import { dictLearnFormat } from '../src/index.ts';

/** A packed matrix that claims a large size and stores almost nothing. */
function claim(
  config: object,
  tensors: PackedMatrix['tensors'],
  shape: readonly [number, number] = [4096, 4096],
): PackedMatrix {
  const complete = { signalLength: 1, nonzeros: 1, valueBits: 4, masked: false, ...config };
  return { format: 'dictlearn', version: 1, shape, config: complete, tensors };
}
const atoms = (count: number, length: number) => ({
  atoms: { shape: [count, length], data: new Float32Array(count * length) },
});
const bytes = (length: number) => ({ shape: [length], data: new Uint8Array(length) });

const claims: [string, PackedMatrix, string][] = [
  ['signals without positions', claim({}, { ...atoms(1, 1), positions: bytes(1), values: bytes(1) }), 'file-tensor'],
  [
    'signals without counts',
    claim({}, { ...atoms(1, 1), counts: bytes(1), positions: bytes(0), values: bytes(0) }),
    'file-tensor',
  ],
  ['signals without a mask', claim({}, { ...atoms(1, 1), mask: bytes(1), values: bytes(0) }), 'file-tensor'],
  [
    'more signals than bytes could hold',
    claim({}, { ...atoms(1, 1), positions: bytes(1), values: bytes(1) }, [16_384, 16_384]),
    'file-oversized',
  ],
  [
    'a mask over many atoms that none uses',
    claim(
      { signalLength: 8, nonzeros: 8, masked: true },
      { ...atoms(4096, 8), counts: bytes(32_768), positions: bytes(0), values: bytes(0) },
      [65_536, 8],
    ),
    'file-oversized',
  ],
];

it.each(claims)('%s are refused before a large allocation', (_, packed, code) => {
  const sizes: number[] = [];
  const counted = <T extends new (length: number) => object>(Original: T): T =>
    new Proxy(Original, {
      construct(target, given: [number]) {
        if (typeof given[0] === 'number') sizes.push(given[0]);
        return Reflect.construct(target, given);
      },
    });
  vi.stubGlobal('Int32Array', counted(Int32Array));
  vi.stubGlobal('Float32Array', counted(Float32Array));
  let error: unknown;
  try {
    dictLearnFormat.unpack(packed);
  } catch (thrown) {
    error = thrown;
  } finally {
    vi.unstubAllGlobals();
  }
  expect(isGCompressError(error) && error.code).toBe(code);
  expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(2 ** 20);
});

it.each(['signalLength', 'nonzeros', 'valueBits', 'masked'])(
  'a config whose %s has a wrong type or range is refused',
  (name) => {
    for (const value of [-1, 0.5, 2 ** 40, null, '4', [4], { toString: 1 }, { valueOf: 4 }]) {
      expect(() => dictLearnFormat.unpack(claim({ [name]: value }, atoms(1, 1)))).toThrow(
        expect.toSatisfy((error) => isGCompressError(error, 'file-header')),
      );
    }
  },
);
