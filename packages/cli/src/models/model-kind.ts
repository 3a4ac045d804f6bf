// Which of the two kinds of TensorFlow.js a model is.
import type { io } from '@tensorflow/tfjs-core';

/** Whether a model is a graph; if not, it is of layers. */
export function isGraph({ format, modelTopology }: io.ModelArtifacts): boolean {
  return format === 'graph-model' || 'node' in ((modelTopology ?? {}) as object);
}
