// Damages a file at random and checks that its reader refuses it or gives valid matrices.
import {
  type CompressedMatrix,
  createFormatRegistry,
  createRandom,
  deserialize,
  elementCount,
  isGCompressError,
  serialize,
} from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertOneOf, assertType } from '@gcompress/core/checks';
import { ConformanceError, describeError, ensure, sameNumbers } from '../assertions/assertions.ts';
import { mutate } from './mutations.ts';

/** Options of {@link fuzzFile}. */
export interface FuzzOptions {
  /** The matrix to write. Small, because every run reads it. */
  readonly compressed: CompressedMatrix;
  /** Damaged files that are read. Default 1000. */
  readonly runs?: number;
  /** Default 1. */
  readonly seed?: number;
  /**
   * `'kept'` keeps the written checksum, so the reader must notice every change. `'corrected'` gives the damaged file the right checksum,
   * as an attacker would, so the format's own checks are tested. Default `'corrected'`.
   */
  readonly checksum?: 'kept' | 'corrected';
}

/** The results of the runs. */
export interface FuzzReport {
  /** Error code → number of files that were refused with it. */
  readonly refused: Readonly<Record<string, number>>;
  /** Damaged files that were read and gave well-formed matrices. */
  readonly accepted: number;
}

/** The most values of a matrix from a damaged file that is computed with, because a large shape alone is not a fault. */
export const LARGEST_DECOMPRESSED = 2 ** 16;

/**
 * Damages a file many times and reads it. Each read must throw a GCompressError or give usable matrices: the same matrices if the
 * checksum is kept, well-formed matrices if it is corrected.
 *
 * @throws ConformanceError that names the failed run and the damage; the same seed repeats it.
 */
export async function fuzzFile(options: FuzzOptions): Promise<FuzzReport> {
  assertKnownOptions('fuzzFile', options, ['compressed', 'runs', 'seed', 'checksum']);
  const { compressed, runs = 1000, seed = 1, checksum = 'corrected' } = options;
  assertType('fuzzFile', 'compressed', compressed, 'object');
  assertNumber('fuzzFile', 'runs', runs, { min: 0, integer: true });
  assertOneOf('fuzzFile', 'checksum', checksum, ['kept', 'corrected']);
  const formats = createFormatRegistry([compressed.format]);
  const written = serialize({ matrix: compressed });
  const undamaged = await deserialize(written, formats);
  const dense = undamaged.matrix.decompress().data;
  const random = createRandom(seed);
  const refused: Record<string, number> = {};
  let accepted = 0;
  for (let run = 0; run < runs; run++) {
    const { bytes, what } = mutate(written, random);
    try {
      const matrices = await (checksum === 'kept'
        ? deserialize(bytes, formats)
        : readWithRightChecksum(bytes, (file) => deserialize(file, formats)));
      if (checksum === 'kept') {
        ensure(sameNumbers(matrices.matrix?.decompress().data ?? [], dense), 'the damage went unnoticed');
      } else {
        for (const matrix of Object.values(matrices)) use(matrix);
      }
      accepted++;
    } catch (error) {
      if (!isGCompressError(error)) {
        throw new ConformanceError(`run ${run} with seed ${seed} (${what}): ${describeError(error)}`, { cause: error });
      }
      refused[error.code] = (refused[error.code] ?? 0) + 1;
    }
  }
  return { refused, accepted };
}

/** Reads a file whose checksum may be wrong. The refusal names the right checksum, which is then put into the file. */
export async function readWithRightChecksum<T>(
  bytes: Uint8Array,
  read: (file: Uint8Array) => T | Promise<T>,
): Promise<T> {
  try {
    return await read(bytes);
  } catch (error) {
    if (!isGCompressError(error, 'file-checksum')) throw error;
    const key = '"gcompress.checksum":"';
    const start = new TextDecoder('latin1').decode(bytes.subarray(0, 4096));
    const corrected = bytes.slice();
    corrected.set(new TextEncoder().encode(error.details.actual.padStart(8, '0')), start.indexOf(key) + key.length);
    return read(corrected);
  }
}

/** Computes with an accepted matrix. An error is now a failure, because the file should have been refused. */
export function use(matrix: CompressedMatrix): void {
  try {
    for (const [name, { shape, dtype, data }] of Object.entries(matrix.factors)) {
      const typed = dtype === 'int32' ? data instanceof Int32Array : data instanceof Float32Array;
      ensure(typed && data.length === elementCount(shape), `factor '${name}' does not hold what its shape says`);
    }
    const [rows, cols] = matrix.shape;
    if (rows * cols > LARGEST_DECOMPRESSED) return;
    const sizes = [
      matrix.decompress().data.length === rows * cols,
      matrix.matMul({ shape: [1, rows], data: new Float32Array(rows).fill(1) }).data.length === cols,
      matrix.lookup([0, rows - 1]).data.length === 2 * cols,
    ];
    ensure(!sizes.includes(false), 'a result does not fill its shape');
    matrix.pack();
  } catch (error) {
    throw new ConformanceError(`was accepted, but cannot be used: ${describeError(error)}`, { cause: error });
  }
}
