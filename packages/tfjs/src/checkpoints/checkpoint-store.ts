// The place that keeps checkpoints by name.
import type { io } from '@tensorflow/tfjs-core';

/** Where checkpoints are kept, each under a name; `checkpointFolder` of `@gcompress/tfjs/files` is one for Node. */
export interface CheckpointStore {
  /** How the checkpoint of this name is saved and loaded. A save must be complete or leave the old one. */
  handler(name: string): io.IOHandler;
  /** Whether there is one of this name. */
  has(name: string): Promise<boolean>;
}
