// A level model that can restore earlier contexts, for rounding that visits entries twice.
import { CountingLevelModel } from './counting-level-model.ts';

/** A {@link CountingLevelModel} that can go back to an earlier entry. */
export class ResumableLevelModel extends CountingLevelModel {
  /** A snapshot of the contexts for {@link restore}. */
  save(): object {
    const places = [this.column, this.row, this.rowMean, this.overall];
    return { places, means: this.means.slice(), above: this.above.slice() };
  }

  restore(saved: object): void {
    const { places, means, above } = saved as { places: number[]; means: Uint16Array; above: Uint8Array };
    [this.column, this.row, this.rowMean, this.overall] = places;
    this.means.set(means);
    this.above.set(above);
  }
}
