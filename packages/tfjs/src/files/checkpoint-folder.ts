import { join } from 'node:path';
import type { CheckpointStore } from '../callbacks/checkpoint-store.ts';
import { hasModel, modelFolder } from './model-folder.ts';

/**
 * Keeps checkpoints in a folder, each as a {@link modelFolder} of its name, such as `run/last`: complete or not at all, readable while
 * the training goes on, and those of models loadable by `tf.loadLayersModel(modelFolder('run/best'))`.
 */
export function checkpointFolder(path: string): CheckpointStore {
  return {
    handler: (name) => modelFolder(join(path, name)),
    has: (name) => hasModel(join(path, name)),
  };
}
