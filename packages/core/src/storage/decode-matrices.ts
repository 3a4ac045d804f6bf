// Decodes files of compressed matrices into dense ones, with as little code as a page can have for it.
import { fileError } from '../checks/errors.ts';
import { describeValue } from '../checks/option-checks.ts';
import { MAX_ELEMENTS, type ReadLimits } from '../checks/size-limit.ts';
import type { CompressedFormat } from '../contract/compressed-format.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { type CpuTensor, cpuLoops } from '../tensors/cpu-loops.ts';
import { readFile } from './read-file.ts';

/** The part of a format that gives a dense matrix. A whole {@link CompressedFormat} is one. */
export type MatrixDecoder<K extends string = string> = Pick<
  CompressedFormat<K>,
  'id' | 'version' | 'reconstruct' | 'dense' | 'unpack'
>;

/**
 * The dense matrices of a file, by name. It reads what `deserialize` reads and refuses what that refuses, but gives plain matrices
 * instead of compressed ones that can multiply, look up and be stored again: a page that only decodes is 3 kB smaller with it.
 *
 * @param bytes the file: a `Uint8Array`, a Node.js `Buffer`, or an `ArrayBuffer` as `(await fetch(url)).arrayBuffer()` gives it.
 * @param decoders those of the formats that may occur, such as `lowRankDecoder` of `@gcompress/lowrank/format`.
 * @param limits how much the file may announce, e.g. `{ maxElements: 10_000_000 }`.
 * @throws GCompressError with a `file-…` code, `unknown-format` or `unsupported-version`; `invalid-option` for other arguments.
 */
export function decodeMatrices(
  bytes: Uint8Array | ArrayBuffer,
  decoders: readonly MatrixDecoder[],
  limits?: ReadLimits,
): Record<string, Matrix> {
  const { maxElements = MAX_ELEMENTS } = limits ?? {};
  if (!Array.isArray(decoders)) {
    throw fileError('invalid-option', 'decodeMatrices decoders', 'a list of decoders', describeValue(decoders));
  }
  const list: readonly (MatrixDecoder | undefined)[] = decoders;
  const decoded = readFile(bytes, maxElements).map(([name, packed]): [string, Matrix] => {
    const { format, shape, config } = packed;
    const decoder = list.find((one) => one?.id === format);
    if (!decoder) {
      const ids = list.map((one) => one?.id).join(', ');
      throw fileError('unknown-format', `matrix '${name}'`, `one of '${ids}'`, `'${format}'`, '');
    }
    const factors = decoder.unpack(packed, { maxElements });
    const form = { shape, config };
    const data = decoder.dense?.(factors, form) ?? decoder.reconstruct<CpuTensor>(cpuLoops, factors, form).data;
    const fits = data instanceof Float32Array && data.length === shape[0] * shape[1];
    if (!fits) throw fileError('contract', `format '${format}'`, `${shape[0] * shape[1]} values`, `${data?.length}`);
    return [name, { shape, data }];
  });
  return Object.fromEntries(decoded);
}
