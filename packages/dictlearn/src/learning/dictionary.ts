// Atoms and codes while they are being learned.

/** Codes of signals, with room for t nonzeros each. */
export interface Codes {
  /** Room for nonzeros of a signal, t. */
  readonly nonzeros: number;
  /** Nonzeros of each signal, `[s]`. */
  readonly counts: Int32Array;
  /** Atom of each nonzero, `[s, t]`. */
  readonly positions: Int32Array;
  /** `[s, t]`. */
  readonly values: Float64Array;
  /** Squared norm of what the code leaves of each signal, `[s]`. */
  readonly errors: Float64Array;
}

/** Atoms and the codes of signals over them. */
export interface Dictionary {
  /** Rows of unit norm, or zero, `[k, L]`. */
  readonly atoms: Float32Array;
  readonly codes: Codes;
}
