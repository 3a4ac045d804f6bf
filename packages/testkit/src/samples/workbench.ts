// The samples that all checks of a compressor share, compressed once.
import {
  type CompressedMatrix,
  createFormatRegistry,
  deserialize,
  type FactorizationPlan,
  isGCompressError,
  type Matrix,
  type MatrixCompressor,
  type Shape2D,
  serialize,
} from '@gcompress/core';
import type { MatrixDecoder } from '@gcompress/core/decode';
import { describeError, ensure } from '../assertions/assertions.ts';
import type { CompressorClaims } from './claims.ts';
import { hardMatrices, normalMatrix } from './matrices.ts';

/** The subject of the suite for compressors. */
export interface CompressorSubject {
  /** A compressor for matrices of this shape. It may refuse with `not-smaller` or `invalid-option` if no compressor is possible. */
  create(shape: Shape2D): MatrixCompressor;
  /** The method itself: `method(compressor.options)` must give an equal compressor. Omit it to skip this check. */
  readonly method?: (options: never) => MatrixCompressor;
  /** The format's decoder for pages that only decode, which must give the same matrices. Omit it to check the format alone. */
  readonly decoder?: MatrixDecoder;
  /** What the method promises beyond the contract. Default: nothing. */
  readonly claims?: CompressorClaims;
  /** Ordinary shapes, which must not be refused. The hard matrices have the first shape. Default `[24, 16]`, `[16, 24]` and `[13, 9]`. */
  readonly shapes?: readonly Shape2D[];
  /** More matrices by name, compressed like the hard ones; `minSignalToNoise` may use their names. */
  readonly matrices?: Readonly<Record<string, Matrix>>;
  /**
   * True if plans may take more bytes than the matrix; a compressor with `options.allowLarger` always may. Default false: the method refuses
   * such sizes with `not-smaller`.
   */
  readonly allowsLarger?: boolean;
  /** Shape of the matrix on which progress is counted, large enough for the method to work for a while. Default `[160, 120]`. */
  readonly largeShape?: Shape2D;
  /** The number of matrices on which each property is tried. Default 40. */
  readonly propertyRuns?: number;
  /** The number of damaged files for each fuzzed example. Default 400. */
  readonly fuzzRuns?: number;
  /** Seed of properties and fuzzing. Default 1. */
  readonly seed?: number;
}

/** A compressed matrix and its name in failures. */
export interface Example {
  readonly name: string;
  readonly compressed: CompressedMatrix;
}

/** A compressed sample with its matrix, compressor and plan. */
export interface Compression extends Example {
  readonly matrix: Matrix;
  readonly compressor: MatrixCompressor;
  readonly plan: FactorizationPlan;
}

/** A subject with its defaults, and with samples that are compressed on first use. */
export interface Workbench {
  readonly subject: CompressorSubject &
    Required<Pick<CompressorSubject, 'claims' | 'shapes' | 'propertyRuns' | 'seed'>>;
  /** Samples by name: one normal matrix for each ordinary shape, the hard matrices, the subject's own. */
  readonly samples: Readonly<Record<string, Matrix>>;
  /** Names of the samples with ordinary shapes, which must not be refused. */
  readonly ordinary: readonly string[];
  /** The compressed sample, or the code with which its shape was refused. */
  compression(name: string): Promise<Compression | { readonly refused: string }>;
  /** All samples that could be compressed. The checks named `compresses …` report the others. */
  compressions(): Promise<readonly Compression[]>;
}

/** Prepares the samples of a subject. */
export function createWorkbench(subject: CompressorSubject): Workbench {
  const { claims = {}, propertyRuns = 40, seed = 1 } = subject;
  const shapes = subject.shapes ?? [
    [24, 16],
    [16, 24],
    [13, 9],
  ];
  const normal = Object.fromEntries(shapes.map((shape) => [`normal ${shape.join('×')}`, normalMatrix(shape, seed)]));
  const samples: Record<string, Matrix> = { ...normal, ...hardMatrices(shapes[0]), ...subject.matrices };
  const isOrdinary = ({ shape }: Matrix) => shapes.some((own) => own[0] === shape[0] && own[1] === shape[1]);
  const done = new Map<string, Promise<Compression | { readonly refused: string }>>();
  const compression = (name: string) => {
    const known = done.get(name);
    if (known) return known;
    const fresh = compressSample(subject, name, samples[name]);
    done.set(name, fresh);
    return fresh;
  };
  return {
    subject: { ...subject, create: (shape) => subject.create(shape), claims, shapes, propertyRuns, seed },
    samples,
    ordinary: Object.keys(samples).filter((name) => isOrdinary(samples[name])),
    compression,
    async compressions() {
      const outcomes = await Promise.allSettled(Object.keys(samples).map(compression));
      const compressed = outcomes.flatMap((outcome) =>
        outcome.status === 'fulfilled' && 'compressed' in outcome.value ? [outcome.value] : [],
      );
      ensure(compressed.length > 0, () => {
        const failed = outcomes.find((outcome) => outcome.status === 'rejected');
        const reason = failed ? describeError(failed.reason) : 'the shapes were refused';
        return `there is nothing to check, because no sample could be compressed: ${reason}`;
      });
      return compressed;
    },
  };
}

async function compressSample(
  subject: CompressorSubject,
  name: string,
  matrix: Matrix,
): Promise<Compression | { readonly refused: string }> {
  const made = createFor(subject.create.bind(subject), matrix.shape);
  if ('refused' in made) return made;
  return { name, matrix, ...made, compressed: await made.compressor.compress(copyOf(matrix)) };
}

/**
 * A compressor and its plan for this shape, or the code with which the shape was refused. Other errors are thrown again, because a
 * refusal must come before the method sees the data.
 */
export function createFor(
  create: (shape: Shape2D) => MatrixCompressor,
  shape: Shape2D,
): { readonly compressor: MatrixCompressor; readonly plan: FactorizationPlan } | { readonly refused: string } {
  try {
    const compressor = create(shape);
    return { compressor, plan: compressor.plan(shape) };
  } catch (error) {
    if (isGCompressError(error, 'not-smaller') || isGCompressError(error, 'invalid-option')) {
      return { refused: error.code };
    }
    throw error;
  }
}

/** A copy of the matrix, so that a compressor that writes into its input spoils only one check. */
export function copyOf({ shape, data }: Matrix): Matrix {
  return { shape, data: data.slice() };
}

/** The matrix, written to a file and read again. */
export async function readBack(compressed: CompressedMatrix): Promise<CompressedMatrix> {
  const bytes = serialize({ matrix: compressed });
  const { matrix } = await deserialize(bytes, createFormatRegistry([compressed.format]));
  return matrix;
}
