// Decodes files of compressed matrices into dense ones, with as little code as a page can have for it.
import { fileError } from '../checks/errors.ts';
import { describeValue } from '../checks/option-checks.ts';
import { MAX_ELEMENTS, type ReadLimits } from '../checks/size-limit.ts';
import type { CompressedFormat } from '../contract/compressed-format.ts';
import type { PackedMatrix } from '../contract/packed-matrix.ts';
import type { Matrix } from '../matrix/matrix.ts';
import type { CpuTensor } from '../tensors/cpu-loops.ts';
import type { DecoderOperation } from '../tensors/decoder-operations.ts';
import type { TensorOps } from '../tensors/tensor-ops.ts';
import { readFile } from './read-file.ts';

/** The part of a format that gives a dense matrix: by way of its factors, or straight from what is stored. */
export type MatrixDecoder<K extends string = string> = FactorDecoder<K> | StoredDecoder;

/** A decoder that computes the matrix from the factors of its format. */
export interface FactorDecoder<K extends string = string>
  extends Pick<CompressedFormat<K>, 'id' | 'version' | 'reconstruct' | 'dense' | 'unpack'> {
  /** The operations that `reconstruct` uses, such as `[matMul]` of this module. A page carries no others. */
  readonly operations: readonly DecoderOperation[];
}

/** A decoder without factors, where a loop over the stored tensors is less code than operations and factors. */
export interface StoredDecoder extends Pick<CompressedFormat, 'id' | 'version'> {
  /**
   * The values of the matrix `[m, n]`, row-major, bit for bit those that the format reconstructs, where they are finite. The input may be hostile:
   * check all that `unpack` of the format checks.
   */
  decode(packed: PackedMatrix, limits: ReadLimits): Float32Array;
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
  if (!Array.isArray(decoders) || !decoders.every(isDecoder)) {
    throw fileError('invalid-option', 'decodeMatrices decoders', 'a list of decoders', describeValue(decoders));
  }
  const list: readonly MatrixDecoder[] = decoders;
  const decoded = readFile(bytes, maxElements).map(([name, packed]): [string, Matrix] => {
    const { format, shape } = packed;
    const decoder = list.find(({ id }) => id === format);
    if (!decoder) {
      const ids = list.map(({ id }) => id).join(', ');
      throw fileError('unknown-format', `matrix '${name}'`, `one of '${ids}'`, `'${format}'`, '');
    }
    const data = valuesOf(decoder, packed, { maxElements });
    const fits = data instanceof Float32Array && data.length === shape[0] * shape[1];
    if (!fits) throw fileError('contract', `format '${format}'`, `${shape[0] * shape[1]} values`, `${data?.length}`);
    return [name, { shape, data }];
  });
  return Object.fromEntries(decoded);
}

function isDecoder(decoder: Partial<FactorDecoder & StoredDecoder> | undefined): boolean {
  return !!decoder?.decode || Array.isArray(decoder?.operations);
}

function valuesOf(decoder: MatrixDecoder, packed: PackedMatrix, limits: ReadLimits): CpuTensor['data'] {
  if ('decode' in decoder) return decoder.decode(packed, limits);
  const factors = decoder.unpack(packed, limits);
  const operations: TensorOps<CpuTensor> = Object.assign({}, ...decoder.operations);
  return decoder.dense?.(factors, packed) ?? decoder.reconstruct(operations, factors, packed).data;
}
