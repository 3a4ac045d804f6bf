// The data of a report: plain JSON, from which every form of the report is written.
import type { JsonObject } from '@gcompress/core';
import type { WeightKind } from '@gcompress/weights';
import type { ReportedLatency, ReportedMemory } from './run-data.ts';

/** Version of {@link ReportData}; a reader refuses other versions. */
export const REPORT_VERSION = 1;

/** Bytes of one form of a model, as whole files. */
export interface FormBytes {
  /** Bytes as they lie on a disk. */
  readonly raw: number;
  /** Bytes after gzip; undefined if no compressor was given. */
  readonly gzip?: number;
  /** Bytes after brotli; undefined if no compressor was given. */
  readonly brotli?: number;
}

/** Name of a form: the original, the two stock quantizations of TensorFlow.js, and the packed file. */
export type FormName = 'original' | 'float16' | 'uint8' | 'packed';

/** Work of a model for one input. */
export interface ReportedWork {
  /** Multiply-adds of all counted matrices for one example, in dense form. */
  readonly multiplyAdds: number;
  /** The same with products of factors where the file stores factors that are cheaper. */
  readonly withFactors: number;
  /** Names of matrices that could not be counted, with the reason. */
  readonly uncounted: Readonly<Record<string, string>>;
}

/** Numbers of values in intervals of equal width. */
export interface Histogram {
  /** Smallest and largest value of the first and the last interval. */
  readonly range: readonly [from: number, to: number];
  /** Values of the original weight in each interval. */
  readonly before: readonly number[];
  /** Values of the stored weight in each interval. */
  readonly after: readonly number[];
  /** Distinct stored values with their numbers, in rising order; undefined if there are more than 64. */
  readonly levels?: readonly (readonly [value: number, count: number])[];
}

/** Singular values of a weight, the largest first. */
export interface Spectrum {
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Number of all singular values: the smaller side of the matrix. More than `before.length` if only the largest were computed. */
  readonly count: number;
  /** Rank of the stored matrix, if it is smaller than `count`. */
  readonly rank?: number;
}

/** One weight before and after. */
export interface ReportedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: WeightKind;
  /** Class of the layer, or op of the node, that uses it. */
  readonly usedBy?: string;
  readonly dtype: string;
  /** Id of the format of a compressed matrix, or the type of the stored values. */
  readonly storedAs: string;
  /** The earlier weight whose stored values this weight shares, so that it takes no bytes. */
  readonly copyOf?: string;
  /** Whether it is stored as a compressed matrix. */
  readonly compressed: boolean;
  /** Configuration of the stored matrix. */
  readonly config?: JsonObject;
  /** Bytes in the original model. */
  readonly originalBytes: number;
  /** Bytes in the packed file. */
  readonly bytes: number;
  /** `‖W − Ŵ‖ / ‖W‖` in the Frobenius norm; undefined for values that are not float32. */
  readonly relativeError?: number;
  /** Largest absolute difference of a value. */
  readonly maxError?: number;
  /** `‖X(W − Ŵ)‖ / ‖XW‖` for the inputs X of the weight, if a record of the compression has it. */
  readonly outputError?: number;
  /** Most distinct stored values in a column, that is, for one output channel; undefined if no value of some column is repeated. */
  readonly columnLevels?: number;
  /** Multiply-adds for one example, in dense form. */
  readonly multiplyAdds?: number;
  readonly histogram?: Histogram;
  readonly spectrum?: Spectrum;
  /** Why a matrix is not compressed; undefined for other weights. */
  readonly reason?: string;
  /** Notes of the compression about this weight. */
  readonly notes: readonly string[];
}

/** A fraction of examples, with its 95 % interval (Wilson). */
export interface Proportion {
  /** From 0 to 1. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The answers of one form. */
export interface FormQuality {
  readonly form: FormName;
  /** Fraction of the examples whose class is right; undefined without labels or classes. */
  readonly accuracy?: Proportion;
  /** Fraction of the examples for which the form predicts the class of the original; undefined if outputs are no classes. */
  readonly agreement?: Proportion;
  /** `‖Y − Ŷ‖ / ‖Y‖` over the outputs of all examples. */
  readonly relativeError: number;
}

/** A prediction: a class and its output value. */
export interface Prediction {
  readonly label: string;
  readonly value: number;
}

/** An input that the packed model answers differently. */
export interface ChangedInput {
  /** Position in the given inputs, from 0. */
  readonly index: number;
  /** Name of the input, such as that of an image file. */
  readonly name?: string;
  /** Prediction of the original; undefined if outputs are no classes. */
  readonly before?: Prediction;
  /** Prediction of the packed model; undefined if outputs are no classes. */
  readonly after?: Prediction;
  /** The given label. */
  readonly label?: string;
  /** `‖y − ŷ‖ / ‖y‖` for this input. */
  readonly relativeError: number;
  /** A PNG of the input as a `data:` address; undefined if the inputs are no images. */
  readonly picture?: string;
}

/** Answers of all forms to the same inputs. */
export interface Evaluation {
  /** Number of inputs. */
  readonly inputs: number;
  /** Where they come from, in words. */
  readonly source: string;
  /** Whether the outputs are classes `[n, classes]`. */
  readonly classes: boolean;
  readonly forms: readonly FormQuality[];
  /** Number of inputs whose class changed; for other outputs, of inputs with any difference. */
  readonly changedInputs: number;
  /** Those with the largest differences. */
  readonly changed: readonly ChangedInput[];
}

/** Everything that a report says. */
export interface ReportData {
  readonly version: typeof REPORT_VERSION;
  readonly title: string;
  /** Names of the compared models: the original and the packed file. */
  readonly models: readonly [original: string, packed: string];
  /** Commands that made the file and the report, in order. */
  readonly commands: readonly string[];
  /** Bytes of each form; weights and topology included. */
  readonly forms: readonly { readonly form: FormName; readonly bytes: FormBytes }[];
  /** Bytes of the packed file that are not weights: topology, names, checksums, probes. */
  readonly headerBytes: number;
  readonly weights: readonly ReportedWeight[];
  readonly work?: ReportedWork;
  readonly memory?: ReportedMemory;
  readonly latency?: ReportedLatency;
  readonly evaluation?: Evaluation;
}
