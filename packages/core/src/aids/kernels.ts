// The hot loops of linear algebra as an interface, so that faster ones can be handed to methods.

/** Numbers in one array; sums over them are accumulated in float64 either way. */
export type Values = Float32Array | Float64Array;

/** A matrix that lies somewhere in an array: entry (i, j) is `data[offset + i · rowStride + j · colStride]`. */
export interface View<V extends Values = Values> {
  readonly data: V;
  readonly rows: number;
  readonly cols: number;
  readonly offset: number;
  readonly rowStride: number;
  readonly colStride: number;
}

/** A {@link View} that can be written with float64 results. */
export type View64 = View<Float64Array>;

/** Plane rotations of neighbours: entries `from + i` and `from + i + 1` turn by `cosines[i]`, `sines[i]`, for i = 0, 1, …. */
export interface Sweep {
  readonly from: number;
  readonly cosines: Float64Array;
  readonly sines: Float64Array;
}

/** A matrix A `[m, n]` that kernels keep in a form of their own, for many products in float32. See {@link Kernels.holdSingle}. */
export interface HeldMatrix {
  /** `C [w, n] = X [w, n] · AᵀA`. */
  multiplySquare(x: View64, c: View64): void;
  /** `C [w, m] = X [w, n] · Aᵀ`. */
  multiplyTransposed(x: View64, c: View64): void;
  /** `C [n, n] = AᵀA`, both triangles. */
  gram(c: View64): void;
  /** Gives the memory back. Products after that throw a `GCompressError` `disposed`. */
  release(): void;
}

/** Points `[count, size]` that kernels keep in a form of their own, to compare them with many rows in float32. See {@link Kernels.holdPoints}. */
export interface HeldPoints {
  /** Sets the rows `[k, size]` of the next calls of {@link nearest}. */
  setRows(rows: Float64Array): void;
  /**
   * Writes the index of the nearest row, and the squared distance from it, for the points from `from` on, as many as the arrays are long. The
   * first row wins at equal distance.
   */
  nearest(from: number, indices: Int32Array, distances: Float64Array): void;
  /**
   * Writes the sums of the squared distances of all points from their nearest reference, for each of at most eight `rows [k, size]` as one more
   * reference. Points have no references at first; their distances are then the largest float32.
   */
  trialSums(rows: Float64Array, sums: Float64Array): void;
  /** Adds a reference `[size]` and copies the squared distance of each point from its nearest reference into `distances [count]`. */
  addReference(row: Float64Array, distances: Float64Array): void;
  /** Gives the memory back. Calls after that throw a `GCompressError` `disposed`. */
  release(): void;
}

/** Codes of signals by orthogonal matching pursuit, each with room for t nonzeros; see {@link HeldAtoms}. */
export interface Pursuit {
  /** The most nonzeros of a signal, t. */
  readonly nonzeros: number;
  /** Receives the number of nonzeros of each signal, `[s]`. */
  readonly counts: Int32Array;
  /** Receives the index of the atom of each nonzero, `[s, t]`. */
  readonly positions: Int32Array;
  /** Receives the value of each nonzero, `[s, t]`. */
  readonly values: Float64Array;
  /** The squared norm of each signal, `[s]`; receives that of its residual. */
  readonly errors: Float64Array;
}

/** Atoms `[k, length]` that kernels keep in a form of their own, to code signals over them. See {@link Kernels.holdAtoms}. */
export interface HeldAtoms {
  /**
   * Codes `signals [s, length]`. A count of −1 says that float32 is not accurate enough to choose the atoms of a signal: its residual is too small,
   * or its atoms are too close to each other. Its error stays the squared norm of the signal.
   */
  pursue(signals: Float32Array, codes: Pursuit): void;
  /** Gives the memory back. Calls after that throw a `GCompressError` `disposed`. */
  release(): void;
}

/** Residuals `[s, length]` of sparse codes that kernels keep in a form of their own, to fit atoms to them. See {@link Kernels.holdResiduals}. */
export interface HeldResiduals {
  /**
   * One step of approximate K-SVD in float32: fits an atom `[length]` to the signals that use it while their other atoms stay, and then fits their
   * values to the new atom, which has unit norm. Residuals follow. Nothing changes if the fitted atom is zero.
   *
   * @param users the signals that use the atom, each once.
   * @param values their values for the atom.
   */
  fitAtom(atom: Float32Array, users: Int32Array, values: Float64Array): void;
  /** Copies the residuals into `rest [s, length]`. */
  read(rest: Float64Array): void;
  /** Gives the memory back. Calls after that throw a `GCompressError` `disposed`. */
  release(): void;
}

/**
 * Rotations of m axes that kernels keep together with room for some columns `[m, w]`. Each rotation is a list of pairs of axes, in order, and turns
 * every pair (a, b) by 45°: `xₐ, x_b` become `(xₐ + x_b)·√½, (x_b − xₐ)·√½`. See {@link Kernels.holdRotations}.
 */
export interface HeldRotations {
  /** Room for the columns, row-major. */
  readonly columns: Float64Array;
  /** Room for a level of each coordinate of the columns, for each rotation: row-major, at first 0. */
  readonly levels: readonly Int32Array[];
  /**
   * Turns the columns by the rotation with this index, or back if `transposed`: pairs from the last to the first, with exchanged axes. The bits are
   * those of plain arrays.
   *
   * @param width the columns in use, which lie in rows of this length.
   */
  turn(rotation: number, transposed: boolean, width: number): void;
  /**
   * Rounds the coordinates of the rows `from … to − 1` to levels: odd multiples of the unit of a column, from `−most` to `most`. The columns hold
   * what the {@link levels} of this rotation leave of the coordinates. Levels and columns are replaced. Of two levels at the same distance, the
   * higher one is taken. The bits are those of plain arrays.
   *
   * @param units the unit of each column in use.
   * @param halves the half of the inverse of each unit, or 0 for a unit of 0.
   * @returns whether a level changed.
   */
  round(rotation: number, from: number, to: number, units: Float64Array, halves: Float64Array, most: number): boolean;
  /** Gives the memory back. Calls after that throw a `GCompressError` `disposed`. */
  release(): void;
}

/**
 * The hot loops: nearly all time of every algorithm here is spent in them. `@gcompress/linalg` has portable
 * ones; hand others to a method as `kernels` of {@link CompressOptions}. Results go to arrays that the caller gives; no argument may
 * share memory with them.
 */
export interface Kernels {
  /** `C [m, n] = A [m, k] · B [k, n]`, or `C += A·B` when `accumulate`. */
  multiply(a: View, b: View, c: View64, accumulate?: boolean): void;
  /** `C [n, n] = Aᵀ·A` for `A [m, n]`: both triangles, with half the work of {@link multiply}. */
  gram(a: View, c: View64): void;
  /** `A ← A − x·yᵀ` and then `z ← A·v`, in one pass over `A [m, n]`, whose columns must be neighbours (`colStride` 1). */
  updateThenMultiply(a: View64, x: Float64Array, y: Float64Array, v: Float64Array, z: Float64Array): void;
  /** `A ← A − x·yᵀ` and then `w ← Aᵀ·u`, in one pass over `A [m, n]`, whose columns must be neighbours. */
  updateThenMultiplyTransposed(a: View64, x: Float64Array, y: Float64Array, u: Float64Array, w: Float64Array): void;
  /** `A ← A − x·yᵀ − y·xᵀ` and then `z ← A·v` for symmetric `A [n, n]`, of which only the lower triangle is used. */
  updateThenMultiplySymmetric(a: View64, x: Float64Array, y: Float64Array, v: Float64Array, z: Float64Array): void;
  /**
   * Undoes the sweeps, the last first, on each row of `vectors [count, n]`. Forwards, a rotation takes neighbours (p, q) to
   * (c·p + s·q, c·q − s·p).
   */
  rotateBack(vectors: View64, sweeps: readonly Sweep[]): void;
  /**
   * A row-major matrix of zeros `[rows, cols]` in memory where the updates of these kernels are fastest; they take any other matrix as well.
   * The matrix lives as long as something refers to it.
   *
   * @throws GCompressError `out-of-memory`.
   */
  allocate?(rows: number, cols: number): View64;
  /**
   * Holds a copy of A for products in float32, for algorithms that multiply the same matrix often and know when that is accurate enough:
   * results have relative errors of some 2⁻²⁰. Kernels leave it out unless it makes products cheaper than {@link multiply}.
   *
   * @throws GCompressError `out-of-memory`.
   */
  holdSingle?(a: View): HeldMatrix;
  /**
   * Holds a copy of `points [count, size]` to find their nearest of many rows in float32. Squared distances have relative errors of some
   * 2⁻²⁰, so that of two rows at nearly the same distance either may be the nearest.
   *
   * @throws GCompressError `out-of-memory`.
   */
  holdPoints?(points: Float32Array, size: number): HeldPoints;
  /**
   * Holds a copy of `atoms [k, length]`, rows of unit norm or zero, for orthogonal matching pursuit. Atoms are chosen by correlations in float32, so
   * that of two atoms with nearly the same correlation either may be chosen; values are fitted in float64 to inner products in float32.
   *
   * @param products inner products of the atoms, `[k, k]`.
   * @throws GCompressError `out-of-memory`.
   */
  holdAtoms?(atoms: Float32Array, length: number, products: Float64Array): HeldAtoms;
  /**
   * Holds a copy of `rest [s, length]` in float32, to fit the atoms of a dictionary.
   *
   * @throws GCompressError `out-of-memory`.
   */
  holdResiduals?(rest: Float64Array, length: number): HeldResiduals;
  /**
   * Holds rotations of `rows` axes, with room for `cols` columns.
   *
   * @throws GCompressError `out-of-memory`.
   */
  holdRotations?(rotations: readonly Int32Array[], rows: number, cols: number): HeldRotations;
  /** A name for reports, such as `'wasm'`. */
  readonly name?: string;
  /** Hears of what is done outside of the kernels, in multiply-adds that take as long; leave it out if nobody listens. */
  readonly onWork?: ((work: number) => void) | undefined;
}
