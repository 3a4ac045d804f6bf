// Folds BatchNorm before a model is compressed, and carries what is known about its weights over.
import { type Folds, foldBatchNorm } from '@gcompress/rewrite';
import type { io } from '@tensorflow/tfjs-core';

/** A model without the BatchNorms that could be folded. */
export interface FoldedInput {
  readonly artifacts: io.ModelArtifacts;
  readonly channelGains: ReadonlyMap<string, Float64Array>;
  readonly batchNorm?: Folds;
}

/**
 * Folds BatchNorm if that is wanted. An error of a scaled kernel is the error of the given one times the scale, so that gains, which count
 * squared errors, are divided by the squared scale. Moments of inputs stay what they are.
 */
export function foldedInput(
  isWanted: boolean,
  artifacts: io.ModelArtifacts,
  channelGains: ReadonlyMap<string, Float64Array>,
): FoldedInput {
  if (!isWanted) return { artifacts, channelGains };
  const { artifacts: rewritten, folded, kept } = foldBatchNorm(artifacts);
  const gains = new Map(channelGains);
  for (const { kernel, scale } of folded) {
    const own = gains.get(kernel);
    // A channel with scale 0 has a kernel of zeros, which every method keeps
    if (own?.length === scale.length)
      gains.set(
        kernel,
        own.map((gain, at) => (scale[at] === 0 ? 0 : gain / scale[at] ** 2)),
      );
  }
  return { artifacts: rewritten, channelGains: gains, batchNorm: { folded, kept } };
}
