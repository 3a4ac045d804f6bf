// The compression operators of a model, and whether their alpha is or ever reaches 0.
import { GCompressError } from '@gcompress/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { compressedLayers } from '../layers/model/compressed-layers.ts';
import type { TfCompressionOp } from '../training/compression-op.ts';

/** The operators of all compressed layers of a model. */
export function compressionOps(model: LayersModel): TfCompressionOp[] {
  return compressedLayers(model).flatMap(({ ops }) => ops);
}

/** True if alpha is 0 for every compressed matrix; also true for a model without compressed layers. */
export function isFullyCompressed(model: LayersModel): boolean {
  return compressionOps(model).every(({ alpha }) => alpha === 0);
}

/**
 * Refuses a model that never becomes {@link isFullyCompressed}, because the alpha of a schedule never reaches 0.
 *
 * @throws GCompressError `unsupported`.
 */
export function assertReachesZero(model: LayersModel, where: string, hint: string): void {
  const endless = compressionOps(model).find(({ schedule }) => schedule.zeroStep === undefined);
  if (!endless) return;
  throw new GCompressError('unsupported', {
    where,
    expected: 'a schedule whose alpha reaches 0',
    actual: `the schedule of '${endless.name}', whose alpha never does`,
    hint,
  });
}
