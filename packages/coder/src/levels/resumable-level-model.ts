// A level model that can restore earlier contexts, for rounding that visits entries twice.
import { CountingLevelModel } from './counting-level-model.ts';

interface Saved {
  readonly column: number;
  readonly row: number;
  readonly means: Uint16Array;
  readonly above: Uint8Array;
}

/** A {@link CountingLevelModel} that can go back to an earlier entry. */
export class ResumableLevelModel extends CountingLevelModel {
  /** A snapshot of the contexts for {@link restore}. */
  save(): object {
    return { column: this.column, row: this.row, means: this.means.slice(), above: this.above.slice() };
  }

  restore(saved: object): void {
    const { column, row, means, above } = saved as Saved;
    this.column = column;
    this.row = row;
    this.means.set(means);
    this.above.set(above);
  }
}
