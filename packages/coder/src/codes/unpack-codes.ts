// Decodes tensors of codes, packed or entropy-coded.
import type { PackedMatrix, Shape2D } from '@gcompress/core';
import { bitsFor, fileError, packedBytes, packedTensor, unpackBits } from '@gcompress/core/storage';
import { rangeDecoder } from '../range/range-decoder.ts';
import { CODES_CODEC, CODES_HEADER, codedName, codeEach, codesModel } from './codes.ts';

/** Bound on the codes in a byte. A decision takes at least 0.0028 bits, so a byte holds at most about 2,840 codes. */
const CODES_OF_BYTE = 4096;

/**
 * Decodes the codes that `packCodes` stored under this name, row by row.
 *
 * @param shape [rows, columns] of the codes. The caller must limit it: 4 bytes a code are allocated, after a check that
 *   the tensor has enough bytes for this number of codes.
 * @param levels number of possible codes, at least 1; all codes are below it.
 * @throws GCompressError `unknown-codec`, `file-tensor` or `file-dtype` when the tensor is missing or damaged, or a code is too large;
 *   `invalid-option` when the arguments are not a packed matrix, a name, a shape and levels.
 */
export function unpackCodes(packed: PackedMatrix, name: string, shape: Shape2D, levels: number): Int32Array {
  const columns = shape?.[1];
  const count = shape?.[0] * columns;
  const bits = bitsFor(levels);
  const packedLength = packedBytes(count, bits);
  const coded = codedName(name);
  const isCoded = Object.hasOwn(packed?.tensors ?? {}, coded);
  const tensor = isCoded ? coded : name;
  const { data } = packedTensor(packed, tensor, 'uint8', [isCoded ? null : packedLength]);
  const where = `${packed.format} tensor '${tensor}'`;
  const refuse = (expected: string, actual: unknown, code = 'file-tensor') =>
    fileError(code, where, expected, `${actual}`);
  let codes: Int32Array;
  if (isCoded) {
    if (data.length === 0) throw refuse('bytes', 'none');
    if (data[0] !== CODES_CODEC) throw refuse(`codec ${CODES_CODEC}`, data[0], 'unknown-codec');
    const most = CODES_OF_BYTE * data.length;
    if (count > most) throw refuse(`at most ${most} codes`, count);
    codes = new Int32Array(count);
    const decoder = rangeDecoder(codesModel(levels), data.subarray(CODES_HEADER), (_, ...found) => refuse(...found));
    codeEach(decoder, codes, columns, data[1] + 256 * data[2], levels);
    decoder.end(levels - 1);
  } else codes = unpackBits(data, bits, count);
  for (let at = 0; at < codes.length; at++) if (codes[at] >= levels) throw refuse(`codes below ${levels}`, codes[at]);
  return codes;
}
