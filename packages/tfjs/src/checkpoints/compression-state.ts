// The compression operators of a training, by name.
import { GCompressError } from '@gcompress/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { compressedLayers } from '../layers/model/compressed-layers.ts';
import type { TfCompressionOp } from '../training/compression-op.ts';

/** The operators of all compressed layers of a model. */
export function compressionOps(model: LayersModel): TfCompressionOp[] {
  return compressedLayers(model).flatMap(({ ops }) => ops);
}

/** Whether only factors are left of every compressed matrix; true for a model that has none. */
export function isFullyCompressed(model: LayersModel): boolean {
  return compressionOps(model).every(({ alpha }) => alpha === 0);
}

/**
 * Refuses a model that {@link isFullyCompressed} would wait for in vain.
 *
 * @throws GCompressError `unsupported`.
 */
export function assertReachesZero(model: LayersModel, where: string, hint: string): void {
  const endless = compressionOps(model).find(({ schedule }) => schedule.zeroStep === undefined);
  if (!endless) return;
  throw new GCompressError('unsupported', {
    where,
    expected: 'schedules by which alpha reaches 0',
    actual: `one by which it does not, of '${endless.name}'`,
    hint,
  });
}
