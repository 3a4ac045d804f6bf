// The interface of a store that keeps checkpoints by name.
import type { io } from '@tensorflow/tfjs-core';

/** Keeps checkpoints by name. `checkpointFolder` of `@gcompress/tfjs/files` is a store for Node. */
export interface CheckpointStore {
  /** Saves and loads the checkpoint of this name. A save must either complete or leave the old checkpoint unchanged. */
  handler(name: string): io.IOHandler;
  /** True if the store has a checkpoint of this name. */
  has(name: string): Promise<boolean>;
}
