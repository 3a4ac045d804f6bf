// The weights of a model that is compressed: each with its plain form and its measured compressed forms.
import {
  type CompressedMatrix,
  GCompressError,
  type InputMoments,
  type Kernels,
  type MatrixCompressor,
  type PackedMatrix,
  type ProgressOptions,
} from '@gcompress/core';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import type { PackableWeight, RestDtype } from '@gcompress/packed';
import {
  compressWeight,
  floatValues,
  type ModelContents,
  type ModelWeight,
  type PackedResult,
  packableWeight,
  packWeight,
  summedGains,
  summedMoments,
  type WeightMatrix,
  weightMatrix,
} from '@gcompress/packed/weights';
import type { PlanCandidate } from '@gcompress/planner';
import type { MatrixWeight } from '@gcompress/weights';
import type { SizedCompressor, SizedMethod } from './candidates.ts';
import { type ColumnSample, columnSample } from './column-sample.ts';
import type { EqualNames } from './equal-subjects.ts';
import { type CompareMatrix, comparison, gainedEnergy, type MatrixError } from './matrix-error.ts';

/** The fewest entries of a sample, unless the weight has fewer. */
const LEAST_SAMPLED = 2 ** 13;

/** A form in which a weight may be stored. Its `error` is the squared relative error that counts. */
export interface WeightForm extends PlanCandidate, Partial<MatrixError> {
  /** Bytes in the file. */
  readonly sizes: { readonly packed: number };
  /** Whether bytes and errors come from some of the columns; the weight itself is not compressed yet. */
  readonly isEstimate?: boolean;
  /** Undefined for the plain form. */
  readonly compressed?: {
    readonly matrix: () => CompressedMatrix;
    /** The compressor that made it. */
    readonly compressor: MatrixCompressor;
    /** The method that can make compressors of neighbouring sizes. */
    readonly sizes?: SizedMethod;
  };
}

/** A weight that can be compressed, read as a matrix. */
export interface MatrixSubject {
  /** The function that errors name. */
  readonly where: string;
  readonly packable: PackableWeight;
  readonly weight: WeightMatrix;
  readonly moments: InputMoments | undefined;
  /** Gains of the columns. */
  readonly gains: Float64Array | undefined;
  readonly compare: CompareMatrix;
  /** Cost of one unit of the squared relative error that counts in this weight. */
  readonly sensitivity: number;
  /** A part of the weight for evaluations, if the weight is large and the options ask for it. */
  readonly sample?: MatrixSubject;
}

/** A weight of the model. */
export interface Subject {
  readonly weight: ModelWeight;
  readonly kernel: MatrixWeight | undefined;
  /** The stored form if the weight is not compressed. */
  readonly plain: PackedResult;
  /** Undefined for weights that cannot be compressed, and for copies. */
  readonly matrix: MatrixSubject | undefined;
  /** The earlier weight of equal values whose compressed form this weight takes. */
  readonly copyOf?: string;
}

/** Options for preparing the weights. */
export interface SubjectOptions {
  /** The function that errors name. */
  readonly where: string;
  readonly minElements: number;
  readonly rest: RestDtype;
  readonly inputMoments: ReadonlyMap<string, InputMoments>;
  readonly channelGains: ReadonlyMap<string, Float64Array>;
  readonly sensitivity: ReadonlyMap<string, number>;
  readonly kernels: Kernels | undefined;
  /** Weights that are compressed as one. Default none. */
  readonly equals?: EqualNames;
  /** Values that evaluations may use over all weights; others are sampled. Undefined for all values. */
  readonly sampledValues?: number | undefined;
}

/**
 * The weights of a model, ready to be compressed.
 *
 * @throws GCompressError `non-finite` for NaN in any weight, and for infinity in one that is to be compressed.
 */
export function subjectsOf({ weights, kernels }: ModelContents, options: SubjectOptions): Subject[] {
  const { where, minElements, rest, inputMoments, channelGains, sensitivity, kernels: loops, sampledValues } = options;
  const namesOf = (name: string) => options.equals?.get(name) ?? [name];
  const share = sampledShare(weights, sampledValues);
  const costOf = (names: readonly string[]) => names.reduce((sum, name) => sum + (sensitivity.get(name) ?? 1), 0);
  const subjects = weights.map((weight): Subject => {
    const kernel = kernels.get(weight.name);
    const packable = packableWeight(weight, kernel, minElements);
    assertNumbers(where, weight, packable !== undefined);
    const plain = packWeight(weight, { kernel, compression: {}, rest });
    const names = namesOf(weight.name);
    if (names[0] !== weight.name) return { weight, kernel, plain, matrix: undefined, copyOf: names[0] };
    const matrix = packable && weightMatrix(weight, kernel);
    if (!matrix) return { weight, kernel, plain, matrix: undefined };
    const moments = summedMoments(inputMoments, names);
    const gains = summedGains(channelGains, names);
    const compare = comparison(matrix.matrix, { moments, gains, kernels: loops });
    const whole: MatrixSubject = { where, packable, weight: matrix, moments, gains, compare, sensitivity: 1 };
    const entries = Math.max(LEAST_SAMPLED, share * matrix.matrix.data.length);
    const sampled = share < 1 ? columnSample(whole, { entries }, loops) : undefined;
    // The gains of equal weights are summed already
    const own = costOf(names) / (gains ? names.length : 1);
    const cost = own * energyOf(sampled ?? { subject: whole, part: 1 }, loops);
    const sample = sampled && { sample: { ...sampled.subject, sensitivity: cost } };
    const subject: MatrixSubject = { ...whole, sensitivity: cost, ...sample };
    return { weight, kernel, plain, matrix: subject };
  });
  return channelGains.size > 0
    ? subjects.map((subject) => withMeanCost(subject, subjects, costOf(namesOf(subject.weight.name))))
    : subjects;
}

/** The part of the values of large weights that is evaluated, from 0 to 1. */
function sampledShare(weights: readonly ModelWeight[], values: number | undefined): number {
  const total = weights.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
  return values === undefined || total <= values ? 1 : values / total;
}

/** The cost of a squared relative error of 1 by the gains, 1 without gains; of a sample, scaled up to the weight. */
function energyOf({ subject, part }: ColumnSample<MatrixSubject>, kernels: Kernels | undefined): number {
  const { weight, gains, moments } = subject;
  return gains ? gainedEnergy(weight.matrix, gains, { moments, gains, kernels }) / part : 1;
}

/** A weight without gains costs as much as the mean weight with gains. */
function withMeanCost(subject: Subject, all: readonly Subject[], factor: number): Subject {
  const { matrix } = subject;
  if (!matrix || matrix.gains) return subject;
  const known = all.flatMap((one) => (one.matrix?.gains ? [one.matrix.sensitivity] : []));
  const mean = known.reduce((sum, cost) => sum + cost / known.length, 0);
  return { ...subject, matrix: { ...matrix, sensitivity: factor * mean } };
}

/** The plain form of a weight; a copy takes no bytes and has the errors of the weight that it copies. */
export function plainForm({ plain, copyOf }: Subject): WeightForm {
  const { relativeError, storedAs } = plain.report;
  if (copyOf !== undefined) {
    return { method: 'none', options: { storedAs: 'copy' }, sizes: { packed: 0 }, error: 0, relativeError: 0 };
  }
  const sizes = { packed: plain.bytes.length };
  return { method: 'none', options: { storedAs }, sizes, error: relativeError ** 2, relativeError };
}

/** How a form is made. */
export interface FormOptions extends ProgressOptions {
  readonly kernels: Kernels | undefined;
  /** Yields between two compressions, so that a page stays responsive and can abort. */
  readonly turn: () => Promise<void>;
}

/** Compresses a weight and measures its bytes and errors; returns a note if the method refuses the weight. */
export async function compressedForm(
  { where, packable, weight, moments, gains, compare }: MatrixSubject,
  { compressor, method: sizes }: SizedCompressor,
  { signal, onProgress, kernels, turn }: FormOptions,
): Promise<WeightForm | string> {
  await turn();
  const options = { signal, onProgress, kernels, moments, gains };
  const { matrix, note } = await compressWeight(where, weight, compressor, options);
  if (!matrix) return note ?? `${compressor.method} gave no matrix for '${packable.name}'.`;
  // Keeps the stored form, which is many times smaller than the factors, so that all candidates of a large model fit in memory
  const packed = matrix.pack();
  const { format, notes } = matrix;
  const restored = () => {
    const { shape, config } = packed;
    const made = createCompressedMatrix(format, { shape, config, factors: format.unpack(packed) }, notes);
    // Packing again would encode again
    return Object.assign(made, { pack: () => structuredClone(packed) });
  };
  const { countedError, deviation, ...error } = compare(matrix.decompress());
  return {
    ...error,
    method: compressor.method,
    options: compressor.options,
    sizes: { packed: bytesOf(packed) },
    error: countedError ** 2,
    deviation,
    compressed: { matrix: restored, compressor, ...(sizes && { sizes }) },
  };
}

function bytesOf({ tensors }: PackedMatrix): number {
  return Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
}

function assertNumbers(where: string, weight: ModelWeight, finite: boolean): void {
  const values = floatValues(weight);
  const at = values?.findIndex((value) => (finite ? !Number.isFinite(value) : Number.isNaN(value))) ?? -1;
  if (!values || at < 0) return;
  throw new GCompressError('non-finite', {
    where: `${where} '${weight.name}'`,
    expected: finite ? 'finite values' : 'numbers',
    actual: `${values[at]} at position ${at}`,
    hint: 'The model is damaged, or its training diverged.',
  });
}
