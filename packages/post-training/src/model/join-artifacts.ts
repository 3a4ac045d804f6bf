// Joins weights and the rest of a model to artifacts.
import type { io } from '@tensorflow/tfjs-core';

/** A weight as artifacts hold it. */
export interface ArtifactWeight {
  readonly spec: io.WeightsManifestEntry;
  readonly bytes: Uint8Array;
}

/** The artifacts of a model with these weights, in one buffer. */
export function joinedArtifacts(
  model: Readonly<Record<string, unknown>>,
  weights: readonly ArtifactWeight[],
): io.ModelArtifacts {
  const data = new Uint8Array(weights.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of weights) {
    data.set(bytes, at);
    at += bytes.length;
  }
  return { ...model, weightSpecs: weights.map(({ spec }) => spec), weightData: data.buffer };
}

/** The bytes of values, as a view of the same memory. */
export function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
