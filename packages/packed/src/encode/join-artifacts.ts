// Joins weights and the rest of a model to artifacts: the inverse of readModel.
import { GCompressError } from '@gcompress/core';
import { assertType, describeValue } from '@gcompress/core/checks';
import type { io } from '@tensorflow/tfjs-core';

/** A weight as artifacts hold it. */
export interface ArtifactWeight {
  readonly spec: io.WeightsManifestEntry;
  readonly bytes: Uint8Array;
}

/**
 * The artifacts of a model with these weights, in one buffer.
 *
 * @param model the artifacts without weights, such as the `model` of `readModel`; its objects are not copied.
 * @throws GCompressError `invalid-option` for anything but weights with a specification and bytes.
 */
export function joinedArtifacts(
  model: Readonly<Record<string, unknown>>,
  weights: readonly ArtifactWeight[],
): io.ModelArtifacts {
  assertType('joinedArtifacts', 'model', model, 'object');
  const given: unknown = weights;
  if (!Array.isArray(given) || !given.every(isArtifactWeight)) {
    throw new GCompressError('invalid-option', {
      where: 'joinedArtifacts weights',
      expected: 'a list of { spec, bytes }',
      actual: describeValue(given),
    });
  }
  const data = new Uint8Array(weights.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of weights) {
    data.set(bytes, at);
    at += bytes.length;
  }
  return { ...model, weightSpecs: weights.map(({ spec }) => spec), weightData: data.buffer };
}

function isArtifactWeight(value: unknown): boolean {
  const { spec, bytes } = (value ?? {}) as Partial<ArtifactWeight>;
  return typeof spec === 'object' && bytes instanceof Uint8Array;
}
