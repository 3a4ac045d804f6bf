import { lowRank } from '@gcompress/lowrank';
import { type CompressionSchedule, linearAlpha } from '@gcompress/scheduler';
import type * as tf from '@tensorflow/tfjs';
import { type CompressedModel, compressModel } from '../../src/layers/index.ts';
import { compile, smallNetwork } from '../networks.ts';

/** Alpha falls from 1 to 0 in the steps 2 to 9; an epoch of `train` has four steps. */
export const untilStep9 = linearAlpha({ begin: 2, end: 9, frequency: 1 });

/** A compiled model whose layer `fc2` [16, 16] becomes factors of rank 4. */
export function compressedNetwork(
  schedule: CompressionSchedule = untilStep9,
  optimizer: string | tf.Optimizer = 'adam',
): CompressedModel {
  const rules = [{ name: 'fc2', minWeights: 256 }];
  const compressed = compressModel(smallNetwork(), { method: lowRank({ rank: 4 }), schedule, rules });
  compile(compressed.model, optimizer);
  return compressed;
}
