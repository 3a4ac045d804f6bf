// What a compressor has seen of a training, which checkpoints keep.
import type { Matrix } from '../matrix/matrix.ts';

/** What a compressor has seen of a training. Hosts save it in checkpoints, so that a training that goes on compresses as it would have. */
export interface TrainingHistory {
  /** Matrices in the shape `[m, n]` of the compressed one, by name; none before anything was seen. They are not changed later. */
  saved(): Readonly<Record<string, Matrix>>;
  /**
   * Goes on from what `saved` gave.
   *
   * @throws GCompressError when it is the history of something else, or damaged; nothing is changed.
   */
  restore(saved: Readonly<Record<string, Matrix>>): void;
}
