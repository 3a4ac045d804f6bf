// What runs of a model measure: the time of a prediction, and the memory of the weights.

/** Times of one form for batches of one size, in milliseconds. */
export interface TimeSpread {
  readonly median: number;
  /** Lower quartile: a quarter of the predictions is faster. */
  readonly low: number;
  /** Upper quartile: a quarter of the predictions is slower. */
  readonly high: number;
}

/** Times of a prediction of both forms for batches of one size, measured in turns. */
export interface BatchLatency {
  /** Examples in a batch. */
  readonly batch: number;
  /** Measured predictions of each form, without those that warm up. */
  readonly runs: number;
  readonly original: TimeSpread;
  readonly packed: TimeSpread;
}

/** Times of predictions, and where they were measured. They hold for this backend and this machine alone. */
export interface ReportedLatency {
  /** The backend with its version. */
  readonly backend: string;
  /** Processor, system and engine. */
  readonly machine: string;
  readonly batches: readonly BatchLatency[];
}

/** Bytes that the weights take in the memory of the backend once a model is loaded. */
export interface ReportedMemory {
  readonly original: number;
  /** The packed file, loaded with dense weights. */
  readonly packed: number;
  /** The packed file, loaded with packed layers that keep its matrices compressed; undefined if the model cannot be loaded so. */
  readonly packedLayers?: number;
}
