// Turns any format into a row decoder.
import { type CompressedFormat, type CpuTensor, cpuOps } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';
import type { RowDecoder } from '../load/row-decoder.ts';

/**
 * A decoder of matrices in `format`, for the option `formats` of `packedModel`. It decodes a few rows at a time if the format can look up
 * rows; otherwise it reconstructs the whole matrix at once.
 *
 * @throws GCompressError `invalid-option` for anything but a format.
 */
export function rowDecoder(format: CompressedFormat): RowDecoder {
  assertType('rowDecoder', 'format', format, 'object');
  assertType('rowDecoder format', 'id', format.id, 'string');
  assertType('rowDecoder format', 'unpack', format.unpack, 'function');
  return {
    id: format.id,
    version: format.version,
    rows(packed, limits) {
      const { shape, config } = packed;
      const factors = format.unpack(packed, limits);
      let at = 0;
      let whole: CpuTensor | undefined;
      return (count) => {
        const from = at;
        at += count;
        if (format.lookup) {
          const ids = Int32Array.from({ length: count }, (_, row) => from + row);
          const found = format.lookup<CpuTensor>(cpuOps, { shape: [count], data: ids }, factors, { shape, config });
          return found.data as Float32Array;
        }
        whole ??= format.reconstruct<CpuTensor>(cpuOps, factors, { shape, config });
        return whole.data.subarray(from * shape[1], at * shape[1]) as Float32Array;
      };
    },
  };
}
