import * as tf from '@tensorflow/tfjs';
import type { CheckpointStore } from '../../src/callbacks/index.ts';

/** A store in memory, which keeps what a file would: the JSON as text. */
export interface MemoryStore extends CheckpointStore {
  readonly saved: Map<string, tf.io.ModelArtifacts>;
}

/** A new store without checkpoints. */
export function memoryStore(): MemoryStore {
  const saved = new Map<string, tf.io.ModelArtifacts>();
  return {
    saved,
    has: async (name) => saved.has(name),
    handler: (name) => ({
      save: async ({ weightData, ...json }) => {
        saved.set(name, {
          ...JSON.parse(JSON.stringify(json)),
          weightData: tf.io.CompositeArrayBuffer.join(weightData),
        });
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      },
      load: async () => {
        const found = saved.get(name);
        if (!found) throw new Error(`nothing of the name ${name}`);
        return structuredClone(found);
      },
    }),
  };
}
