// A level model whose contexts can be set back, for rounding that tries an entry again.
import { LevelModel } from './level-model.ts';

/** A {@link LevelModel} that can go back to an earlier entry. Decoders never do, so that they need not carry this. */
export class ResumableLevelModel extends LevelModel {
  /** What the contexts depend on, to come back to by {@link restore}. */
  save(): object {
    const places = [this.column, this.row, this.left, this.rowMean, this.overall];
    return { places, means: this.means.slice(), above: this.above.slice() };
  }

  restore(saved: object): void {
    const { places, means, above } = saved as { places: number[]; means: Uint16Array; above: Uint8Array };
    [this.column, this.row, this.left, this.rowMean, this.overall] = places;
    this.means.set(means);
    this.above.set(above);
  }
}
