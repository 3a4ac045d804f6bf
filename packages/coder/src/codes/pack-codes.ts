// Encodes tensors of codes as packed bits or by the entropy coder, whichever takes fewer bytes.
import { GCompressError, type PackedTensor, type Shape2D } from '@gcompress/core';
import { assertNumber, assertType, describeValue } from '@gcompress/core/checks';
import { bitsFor, packBits, packedBytes } from '@gcompress/core/storage';
import { RangeEncoder } from '../range/range-encoder.ts';
import { CODES_CODEC, CODES_HEADER, codedName, codeEach, codesModel, MAX_CODED_LEVELS, mostFrequent } from './codes.ts';

/**
 * The stored form of a matrix of codes, such as the level of each weight or which weights are kept: a tensor `name` of packed bits,
 * `bitsFor(levels)` for each code, or a smaller tensor `coded-name` by the entropy coder. It never takes more bytes than packed bits.
 *
 * The coder gains if some codes are more frequent than others, and if the most frequent code is concentrated in some rows or columns.
 *
 * @param codes integers from 0 to `levels − 1`, row by row: an Int32Array or Uint8Array.
 * @param shape [rows, columns] of the codes; may be empty.
 * @param levels number of possible codes, from 1 to 2³¹; above 2¹⁶ always packed.
 * @throws GCompressError `invalid-matrix` for codes that do not fill the shape or are out of range; `invalid-option` for other levels.
 */
export function packCodes(
  name: string,
  codes: Int32Array | Uint8Array,
  shape: Shape2D,
  levels: number,
): Record<string, PackedTensor> {
  assertType('packCodes', 'name', name, 'string');
  assertSides(shape);
  assertNumber('packCodes', 'levels', levels, { min: 1, max: 2 ** 31, integer: true });
  assertCodes(codes, shape, levels);
  const bits = bitsFor(levels);
  if (codes.length > 0 && levels <= MAX_CODED_LEVELS) {
    const coded = encode(codes, shape, levels);
    if (coded.length < packedBytes(codes.length, bits)) return { [codedName(name)]: bytesTensor(coded) };
  }
  return { [name]: bytesTensor(packBits(codes, bits)) };
}

function encode(codes: Int32Array | Uint8Array, [, columns]: Shape2D, levels: number): Uint8Array {
  const frequent = mostFrequent(codes, levels);
  const encoder = new RangeEncoder(codesModel(levels));
  codeEach(encoder, Int32Array.from(codes), columns, frequent, levels);
  // The remainder lets a reader detect that it expects a different number of levels
  const stream = encoder.finish(levels - 1);
  const bytes = new Uint8Array(CODES_HEADER + stream.length);
  bytes.set([CODES_CODEC, frequent & 255, frequent >>> 8]);
  bytes.set(stream, CODES_HEADER);
  return bytes;
}

function assertSides(shape: unknown): void {
  const isSide = (side: unknown) => Number.isSafeInteger(side) && Number(side) >= 0;
  if (Array.isArray(shape) && shape.length === 2 && shape.every(isSide)) return;
  throw new GCompressError('invalid-option', {
    where: 'packCodes shape',
    expected: '[rows, columns]',
    actual: JSON.stringify(shape)?.slice(0, 80) ?? describeValue(shape),
  });
}

function assertCodes(codes: unknown, shape: Shape2D, levels: number): void {
  const count = shape[0] * shape[1];
  const given = codes instanceof Int32Array || codes instanceof Uint8Array ? codes : undefined;
  const wrong = given?.find((code) => code < 0 || code >= levels);
  if (given?.length === count && wrong === undefined) return;
  throw new GCompressError('invalid-matrix', {
    where: 'packCodes codes',
    expected: `${count} integers from 0 to ${levels - 1} in an Int32Array or Uint8Array`,
    actual: wrong === undefined ? (given ? `${given.length}` : describeValue(codes)) : `${wrong}`,
  });
}

function bytesTensor(data: Uint8Array): PackedTensor {
  return { shape: [data.length], data };
}
