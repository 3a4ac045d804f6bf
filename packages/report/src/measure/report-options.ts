// Options of reportData, and their checks.
import { GCompressError, type ProgressOptions } from '@gcompress/core';
import { assertKnownOptions, assertType, describeValue } from '@gcompress/core/checks';
import type { RowDecoder } from '@gcompress/packed/load';
import { assertKernelsOption, type KernelsOption } from '@gcompress/wasm-kernels/load';
import { isReportedLatency, isReportedMemory } from '../data/check-data.ts';
import type { Evaluation } from '../data/report-data.ts';
import type { ReportedLatency, ReportedMemory } from '../data/run-data.ts';
import type { ByteCompressors } from '../forms/form-bytes.ts';
import type { WeightRecord } from '../weights/report-weights.ts';
import type { MultiplyAdds } from '../work/counted.ts';

/** Options of {@link reportData}. */
export interface ReportOptions extends ProgressOptions {
  /** Title of the report. Default `'Compression report'`. */
  readonly title?: string;
  /** Names of the original and of the packed file. */
  readonly models?: readonly [original: string, packed: string];
  /** Commands or calls that made the file and the report, in order. */
  readonly commands?: readonly string[];
  /** Decoders of all formats in the file but uniform levels, as for `packedModel`. */
  readonly formats?: readonly RowDecoder[];
  /** Compressors of servers, such as `promisify(zlib.gzip)`. Without one, its column is missing. */
  readonly compressors?: ByteCompressors;
  /** What the compression told about the weights: `report.weights` of `pack` or `compressNow`. Gives output errors and notes. */
  readonly records?: readonly WeightRecord[];
  /** The result of `multiplyAdds`. */
  readonly work?: MultiplyAdds;
  /** Bytes of the weights in memory, such as differences of `tf.memory().numBytes` before and after loading. */
  readonly memory?: ReportedMemory;
  /** Results of `measureLatency` with backend and machine. Without it, the same model, file and options give the same report. */
  readonly latency?: ReportedLatency;
  /** The result of `evaluateForms`. */
  readonly evaluation?: Evaluation;
  /** False leaves out the singular values, which take most of the time. Default true. */
  readonly spectra?: boolean;
  /**
   * The hot loops of the singular values; `'portable'` for plain JavaScript. Default: WebAssembly where it loads, otherwise plain JavaScript. The
   * results of the two may differ in the last digits.
   */
  readonly kernels?: KernelsOption;
}

/** Options with their defaults. */
export interface CheckedOptions extends ProgressOptions {
  readonly title: string;
  readonly models: readonly [original: string, packed: string];
  readonly commands: readonly string[];
  readonly formats: readonly RowDecoder[];
  readonly compressors: ByteCompressors;
  readonly records: readonly WeightRecord[];
  readonly work: MultiplyAdds | undefined;
  readonly memory: ReportedMemory | undefined;
  readonly latency: ReportedLatency | undefined;
  readonly evaluation: Evaluation | undefined;
  readonly spectra: boolean;
  readonly kernels: KernelsOption | undefined;
}

/** Name of the function in errors. */
export const WHERE = 'reportData';

const NAMES = [
  ...['title', 'models', 'commands', 'formats', 'compressors', 'records', 'work', 'evaluation'],
  ...['memory', 'latency', 'spectra', 'kernels', 'signal', 'onProgress'],
];

/** Checks the options and completes them. */
export function completeOptions(options: ReportOptions): CheckedOptions {
  assertKnownOptions(WHERE, options, NAMES);
  const { title = 'Compression report', models = ['original', 'packed file'], commands = [], formats = [] } = options;
  const { compressors = {}, records = [], work, memory, latency, evaluation, spectra = true } = options;
  const { kernels, signal, onProgress } = options;
  assertType(WHERE, 'title', title, 'string');
  assertStrings('models', models);
  if (models.length !== 2) throw refusal('models', 'two names', `${models.length}`);
  assertStrings('commands', commands);
  assertKnownOptions(`${WHERE} compressors`, compressors, ['gzip', 'brotli']);
  for (const [name, compress] of Object.entries(compressors)) {
    if (compress !== undefined) assertType(`${WHERE} compressors`, name, compress, 'function');
  }
  const areRecords =
    Array.isArray(records) &&
    records.every((record) => typeof record?.name === 'string' && Array.isArray(record.notes ?? []));
  if (!areRecords) throw refusal('records', 'a list of weights, such as report.weights of pack()', records);
  if (work !== undefined && !(work?.counted instanceof Map && work.uncounted instanceof Map)) {
    throw refusal('work', 'the result of multiplyAdds()', work);
  }
  if (memory !== undefined && !isReportedMemory(memory)) {
    throw refusal('memory', 'bytes { original, packed }', memory);
  }
  if (latency !== undefined && !isReportedLatency(latency)) {
    throw refusal('latency', '{ backend, machine, batches } with results of measureLatency()', latency);
  }
  if (evaluation !== undefined && !(Array.isArray(evaluation?.forms) && Array.isArray(evaluation.changed))) {
    throw refusal('evaluation', 'the result of evaluateForms()', evaluation);
  }
  assertType(WHERE, 'spectra', spectra, 'boolean');
  assertKernelsOption(WHERE, kernels);
  if (onProgress !== undefined) assertType(WHERE, 'onProgress', onProgress, 'function');
  return {
    title,
    models,
    commands,
    formats,
    compressors,
    records,
    work,
    memory,
    latency,
    evaluation,
    spectra,
    kernels,
    signal,
    onProgress,
  };
}

function assertStrings(name: string, values: unknown): void {
  const areStrings = Array.isArray(values) && values.every((value) => typeof value === 'string');
  if (!areStrings) throw refusal(name, 'a list of strings', values);
}

function refusal(name: string, expected: string, actual: unknown): GCompressError {
  return new GCompressError('invalid-option', { where: `${WHERE} ${name}`, expected, actual: describeValue(actual) });
}
