// Atoms and codes while they are being learned.

/** Codes of signals, each with room for t nonzeros. */
export interface Codes {
  /** The most nonzeros of a signal, t. */
  readonly nonzeros: number;
  /** Number of nonzeros of each signal, `[s]`. */
  readonly counts: Int32Array;
  /** Index of the atom of each nonzero, `[s, t]`. */
  readonly positions: Int32Array;
  /** Value of each nonzero, `[s, t]`. */
  readonly values: Float64Array;
  /** Squared norm of the residual of each signal, `[s]`. */
  readonly errors: Float64Array;
}

/** Atoms and the codes of signals over them. */
export interface Dictionary {
  /** Rows of unit norm or zero, `[k, L]`. */
  readonly atoms: Float32Array;
  readonly codes: Codes;
}
