// A level model for encoders, which visit the entries of a matrix one by one.
import { bucketAt, observe } from './level-contexts.ts';
import { LevelProbabilities } from './level-model.ts';

/** Probabilities and contexts of the entries of a matrix, row by row. */
export class WalkingLevelModel extends LevelProbabilities {
  protected column = 0;
  protected row = 0;
  protected readonly means: Uint16Array;
  protected readonly above: Uint8Array;
  readonly #columns: number;

  constructor(columns: number) {
    super();
    this.means = new Uint16Array(columns + 2);
    this.above = new Uint8Array(columns + 1);
    this.#columns = columns;
  }

  /** The context of the next entry: its expected magnitude. */
  bucket(): number {
    return bucketAt(this.means, this.#columns, this.column);
  }

  /** The context of the next entry: its nonzero neighbours, 0 to 2. */
  get neighbours(): number {
    return this.above[this.column] + this.above[this.column + 1];
  }

  /** Updates the contexts with the magnitude of the current entry and moves on to the next. */
  observe(magnitude: number): void {
    observe(this.means, this.above, this.row, this.column, magnitude);
    this.column++;
    if (this.column === this.#columns) {
      this.column = 0;
      this.row++;
      this.means[this.#columns] = this.means[this.#columns + 1];
    }
  }
}
