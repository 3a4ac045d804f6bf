// Decodes files of compressed matrices into dense ones, with as little code as a page can have for it.
import { fileError } from '../checks/errors.ts';
import { describeValue } from '../checks/option-checks.ts';
import { MAX_ELEMENTS, type ReadLimits } from '../checks/size-limit.ts';
import type { CompressedFormat } from '../contract/compressed-format.ts';
import type { Matrix } from '../matrix/matrix.ts';
import type { CpuTensor } from '../tensors/cpu-loops.ts';
import type { DecoderOperation } from '../tensors/decoder-operations.ts';
import type { TensorOps } from '../tensors/tensor-ops.ts';
import { readFile } from './read-file.ts';

/** The part of a format that gives a dense matrix. */
export interface MatrixDecoder<K extends string = string>
  extends Pick<CompressedFormat<K>, 'id' | 'version' | 'reconstruct' | 'dense' | 'unpack'> {
  /** The operations that `reconstruct` uses, such as `[matMul]` of this module. A page carries no others. */
  readonly operations: readonly DecoderOperation[];
}

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
  if (!Array.isArray(decoders) || decoders.some((one) => !Array.isArray(one?.operations))) {
    throw fileError('invalid-option', 'decodeMatrices decoders', 'a list of decoders', describeValue(decoders));
  }
  const list: readonly MatrixDecoder[] = decoders;
  const decoded = readFile(bytes, maxElements).map(([name, packed]): [string, Matrix] => {
    const { format, shape, config } = packed;
    const decoder = list.find(({ id }) => id === format);
    if (!decoder) {
      const ids = list.map(({ id }) => id).join(', ');
      throw fileError('unknown-format', `matrix '${name}'`, `one of '${ids}'`, `'${format}'`, '');
    }
    const factors = decoder.unpack(packed, { maxElements });
    const form = { shape, config };
    const operations: TensorOps<CpuTensor> = Object.assign({}, ...decoder.operations);
    const data = decoder.dense?.(factors, form) ?? decoder.reconstruct(operations, factors, form).data;
    const fits = data instanceof Float32Array && data.length === shape[0] * shape[1];
    if (!fits) throw fileError('contract', `format '${format}'`, `${shape[0] * shape[1]} values`, `${data?.length}`);
    return [name, { shape, data }];
  });
  return Object.fromEntries(decoded);
}
