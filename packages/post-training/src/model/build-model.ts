// Builds the compressed model: artifacts, matrices, and the report about the packed file.
import type { CompressedMatrix } from '@gcompress/core';
import { type PackedWeight, pack, type RestDtype } from '@gcompress/packed';
import {
  type ArtifactWeight,
  joinedArtifacts,
  type ModelContents,
  type PackedResult,
  packWeight,
} from '@gcompress/packed/weights';
import { weightOfMatrix } from '@gcompress/weights';
import type { io } from '@tensorflow/tfjs-core';
import type { Subject, WeightForm } from '../forms/weight-forms.ts';
import { bytesOf } from './bytes-of.ts';
import type { CompressedWeight, CompressionReport, Factor } from './report.ts';

/** The outcome for a weight: a compressed form or a stored type. */
export interface Outcome {
  readonly subject: Subject;
  readonly form: WeightForm;
  /** The stored type if the weight is not compressed. */
  readonly rest: RestDtype;
  /** The reason why it is not compressed. */
  readonly note?: string | undefined;
}

/** A compressed model in memory. */
export interface BuiltModel {
  readonly artifacts: io.ModelArtifacts;
  readonly matrices: ReadonlyMap<string, CompressedMatrix>;
  /** The report, to which `compressNow` adds the kernels. */
  readonly report: Omit<CompressionReport, 'kernels'>;
}

/** The outcomes, in which a copy has the form of the weight that it copies. */
export function withCopies(outcomes: readonly Outcome[]): Outcome[] {
  const byName = new Map(outcomes.map((outcome) => [outcome.subject.weight.name, outcome]));
  return outcomes.map((outcome) => {
    const { subject } = outcome;
    const original = subject.copyOf === undefined ? undefined : byName.get(subject.copyOf);
    return original ? { ...original, subject } : outcome;
  });
}

/** Puts the outcomes of all weights together, in the order of the model. */
export async function builtModel(
  { model, weights }: ModelContents,
  given: readonly Outcome[],
  signal: AbortSignal | undefined,
  factors?: ReadonlyMap<string, Factor>,
): Promise<BuiltModel> {
  const outcomes = withCopies(given);
  const stored = outcomes.map(storedOutcome);
  const matrices = new Map(
    stored.flatMap(({ packed, matrix }) => (matrix ? [[packed.tensor[0], matrix] as const] : [])),
  );
  const artifacts = joinedArtifacts(
    model,
    stored.map(({ weight }) => weight),
  );
  const { report: file } = await pack(artifacts, { matrices, ...(signal && { signal }) });
  const report: BuiltModel['report'] = {
    bytes: file.bytes,
    headerBytes: file.headerBytes,
    originalBytes: weights.reduce((sum, { bytes }) => sum + bytes.length, 0),
    weights: outcomes.map((outcome, i) => ({
      ...weightReport(outcome, stored[i].packed, matrices),
      ...sharedBytes(file.weights[i]),
      ...factors?.get(outcome.subject.weight.name),
    })),
  };
  return { artifacts, matrices, report };
}

/** A weight in its stored form. */
export interface StoredOutcome {
  readonly packed: PackedResult;
  /** Undefined if the weight is not compressed, or if the matrix would not be smaller. */
  readonly matrix: CompressedMatrix | undefined;
  /** The weight as artifacts hold it, with the values of the stored form. */
  readonly weight: ArtifactWeight;
}

/** Stores a weight in its chosen form. */
export function storedOutcome({ subject: { weight, kernel }, form, rest, note }: Outcome): StoredOutcome {
  const made = form.compressed?.matrix();
  const compression = { ...(made && { matrix: made }), ...(note !== undefined && { note }) };
  const packed = packWeight(weight, { kernel, compression, rest });
  const matrix = made && packed.tensor[3]?.matrix ? made : undefined;
  const bytes = matrix
    ? bytesOf(weightOfMatrix(matrix.decompress(), weight.shape, kernel?.swapped ?? false))
    : packed.bytes;
  return { packed, matrix, weight: { spec: specOf(packed), bytes } };
}

/** The bytes of a weight in the file, and the weight whose bytes it shares. */
function sharedBytes({ bytes, copyOf }: PackedWeight): Pick<PackedWeight, 'bytes' | 'copyOf'> {
  return { bytes, ...(copyOf !== undefined && { copyOf }) };
}

function weightReport(
  { subject: { weight, kernel }, form: { compressed, method, options, outputError } }: Outcome,
  { report }: PackedResult,
  matrices: ReadonlyMap<string, CompressedMatrix>,
): CompressedWeight {
  return {
    ...report,
    ...(kernel && { usedBy: kernel.usedBy }),
    ...(compressed &&
      matrices.has(weight.name) && {
        method,
        options,
        ...(outputError !== undefined && { outputError }),
      }),
  };
}

/** The specification with which TensorFlow.js reads a stored weight; a compressed matrix is float32 here. */
function specOf({ tensor: [name, dtype, shape, storage] }: PackedResult): io.WeightsManifestEntry {
  return { ...storage?.spec, name, dtype, shape: [...shape] } as io.WeightsManifestEntry;
}
