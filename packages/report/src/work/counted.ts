// Types of counted matrices.
import type { MatrixWeight } from '@gcompress/weights';

/** Multiply-adds of each matrix for one example, by the name of its weight. */
export interface MultiplyAdds {
  readonly counted: ReadonlyMap<string, number>;
  /** Matrices that could not be counted, with the reason. */
  readonly uncounted: ReadonlyMap<string, string>;
}

/** A matrix of the model with the shape of its weight. */
export interface CountedMatrix extends MatrixWeight {
  readonly shape: readonly number[];
}
