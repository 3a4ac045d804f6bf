// What the page and the worker tell each other.
import type { Settings } from '../settings.ts';

/** The backend that the worker computes with. */
export interface Backend {
  readonly name: string;
  /** Why it is that one, as a sentence. */
  readonly reason: string;
}

/** One training step. */
export interface StepPoint {
  /** Steps done, from 1. */
  readonly step: number;
  readonly denseLoss: number;
  /** Undefined before the compression begins. */
  readonly compressedLoss: number | undefined;
  readonly alpha: number;
  /** Bytes of all weights that the network being compressed needs after this step. */
  readonly bytes: number;
}

/** How well both networks read the test digits after a step. */
export interface EvaluationPoint {
  readonly step: number;
  /** From 0 to 1. */
  readonly denseAccuracy: number;
  /** Undefined before the compression begins. */
  readonly compressedAccuracy: number | undefined;
  /** What the network being compressed reads in each test digit; before the compression, what the dense one reads. */
  readonly readings: Uint8Array;
}

/** The first weight matrix and its compressed form. */
export interface MatrixSnapshot {
  /** `[m, n]`. */
  readonly shape: readonly [rows: number, cols: number];
  /** Undefined when only a file was loaded. */
  readonly matrix: Float32Array | undefined;
  /** Undefined before the compression begins. */
  readonly compressed: Float32Array | undefined;
  /** Singular values of both, the largest first. */
  readonly spectrum: Float64Array | undefined;
  readonly compressedSpectrum: Float64Array | undefined;
  /** How many singular values low rank keeps; undefined for other methods. */
  readonly rank: number | undefined;
  /** `‖A − Ŵ‖ / ‖A‖`; undefined unless both are there. */
  readonly relativeError: number | undefined;
}

/** What the worker tells while it trains. */
export type TrainingEvent =
  | { readonly kind: 'steps'; readonly points: readonly StepPoint[] }
  | { readonly kind: 'evaluation'; readonly point: EvaluationPoint; readonly snapshot: MatrixSnapshot };

/** A network in a file, and what it does. */
export interface ResultRow {
  readonly name: string;
  /** Bytes of the file. */
  readonly bytes: number;
  readonly gzippedBytes: number;
  /** Part of the test digits that it reads right, from 0 to 1. */
  readonly accuracy: number;
}

/** What came of a training. */
export interface TrainingResult {
  readonly steps: number;
  /** Whether it went to its end. */
  readonly finished: boolean;
  /** The networks as files; empty when alpha was not 0 yet. */
  readonly rows: readonly ResultRow[];
}

/** What came out of a file. */
export interface LoadedNetwork extends ResultRow {
  /** Bytes of all weights and biases as they are stored. */
  readonly weightBytes: number;
  readonly readings: Uint8Array;
  readonly snapshot: MatrixSnapshot;
}

/** Probabilities of the ten digits, by each network that there is. */
export interface Readings {
  readonly dense: Float32Array | undefined;
  readonly compressed: Float32Array | undefined;
}

/** What the page asks of the worker. */
export interface TrainerApi {
  /**
   * Starts the backend and loads the digits.
   *
   * @param folder address of the folder with the digits.
   */
  prepare(folder: string): Promise<Backend>;
  /** Trains; a training that is going on is stopped before. */
  train(settings: Settings, emit: (event: TrainingEvent) => void): Promise<TrainingResult>;
  /** Ends the training after its current step; nothing happens when there is none. */
  stop(): Promise<void>;
  classify(pixels: Float32Array): Readings;
  /** The file of the compressed network; there is one once alpha is 0, or after a file was loaded. */
  file(): Uint8Array;
  /** Puts the network of a file in the place of the compressed one. What was there stays when the file is refused. */
  load(bytes: Uint8Array): Promise<LoadedNetwork>;
  /** Tensors that the worker holds: the same after every training with the same settings. */
  tensorCount(): number;
}
