// Checkpoints in a folder.
import { join } from 'node:path';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { assertPath, hasModel, modelFolder } from './model-folder.ts';

/**
 * Keeps checkpoints in a folder, each as a {@link modelFolder} of its name, such as `run/last`. A save is complete or does not happen,
 * and checkpoints can be read while the training runs. `tf.loadLayersModel(modelFolder('run/best'))` loads the checkpoint of a model.
 *
 * @throws GCompressError `invalid-option` for anything but a path; the store throws it for anything but a name.
 */
export function checkpointFolder(path: string): CheckpointStore {
  assertPath('checkpointFolder', path);
  const folderOf = (name: string): string => {
    assertPath('checkpointFolder: name', name);
    return join(path, name);
  };
  return {
    handler: (name) => modelFolder(folderOf(name)),
    has: async (name) => hasModel(folderOf(name)),
  };
}
