// Tells layers models and graph models apart.
import type { io } from '@tensorflow/tfjs-core';

/** True for a graph model, false for a layers model. */
export function isGraph({ format, modelTopology }: io.ModelArtifacts): boolean {
  return format === 'graph-model' || 'node' in ((modelTopology ?? {}) as object);
}
