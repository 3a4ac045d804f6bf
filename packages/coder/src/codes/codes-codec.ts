// Makes the codec of a format whose coded tensors are all tensors of codes: packed bits in place of entropy coding, and back.
import type { PackedMatrix, PackedTensor, Shape2D } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';
import { bitsFor, packBits, packedBytes, type StorageCodec } from '@gcompress/core/storage';
import { codedName, MAX_CODED_LEVELS, mostFrequent } from './codes.ts';
import { packCodes } from './pack-codes.ts';
import { unpackCodes } from './unpack-codes.ts';

/** Reads a tensor of codes by its name, see `unpackCodes`. */
export type CodesReader = (name: string, shape: Shape2D, levels: number) => Int32Array;

/**
 * The codec of a format that stores tensors of codes by `packCodes`.
 *
 * A stream of the entropy coder is the only one that decodes to its codes with its most frequent code. So `encode` restores a stream
 * bit for bit if `packCodes` would code at all and name the same most frequent code, which `decode` checks.
 *
 * @param read reads every tensor of codes of a matrix once; it may use codes to find the shape of the next ones.
 * @throws GCompressError `invalid-option` when the argument is not a function.
 */
export function codesCodec(read: (packed: PackedMatrix, reader: CodesReader) => void): StorageCodec {
  assertType('codesCodec', 'read', read, 'function');
  return {
    decode(packed) {
      const tensors: Record<string, PackedTensor> = { ...packed.tensors };
      if (!Object.keys(tensors).some(isCoded)) return packed;
      let restorable = true;
      read(packed, (name, shape, levels) => {
        const codes = unpackCodes(packed, name, shape, levels);
        const coded = codedName(name);
        if (!Object.hasOwn(packed.tensors, coded)) return codes;
        if (!isOurs(packed.tensors[coded], codes, levels)) restorable = false;
        delete tensors[coded];
        const data = packBits(codes, bitsFor(levels));
        tensors[name] = { shape: [data.length], data };
        return codes;
      });
      return restorable ? { ...packed, tensors } : undefined;
    },
    encode(decoded, names) {
      const tensors: Record<string, PackedTensor> = { ...decoded.tensors };
      read(decoded, (name, shape, levels) => {
        const codes = unpackCodes(decoded, name, shape, levels);
        if (!names.includes(codedName(name))) return codes;
        delete tensors[name];
        Object.assign(tensors, packCodes(name, codes, shape, levels));
        return codes;
      });
      return tensors;
    },
  };
}

function isCoded(name: string): boolean {
  return name.startsWith(codedName(''));
}

/** True if `packCodes` stores these codes in these bytes. */
function isOurs({ data }: PackedTensor, codes: Int32Array, levels: number): boolean {
  if (levels > MAX_CODED_LEVELS || data.length >= packedBytes(codes.length, bitsFor(levels))) return false;
  return data[1] + 256 * data[2] === mostFrequent(codes, levels);
}
