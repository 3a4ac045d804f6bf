// The weights of a model after its kernels took over what the removed units computed.
import { type InputMoments, type ProgressOptions, partialProgress, reportProgress } from '@gcompress/core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import type { Analysis } from '../analysis/unit-groups.ts';
import { type Layer, weightOf } from '../analysis/walk.ts';
import { type ConsumerRows, consumersOf, momentsOf } from '../choice/consumer-rows.ts';
import { type Values, valuesOf, type WeightValues } from '../choice/weight-values.ts';
import { compensate, type RowSums } from './compensation.ts';
import type { KeptPositions } from './shrunken-weights.ts';

/** What was observed of the inputs of kernels, by the name of their weight. */
export interface Observations {
  readonly inputMoments: ReadonlyMap<string, InputMoments>;
  readonly inputSums: ReadonlyMap<string, RowSums>;
}

/**
 * Copies of the weights in which each kernel that loses rows is compensated, once for all groups that it reads.
 *
 * @throws the signal's reason when aborted.
 */
export async function compensatedValues(
  { groups }: Analysis,
  kept: KeptPositions,
  values: Values,
  observed: Observations,
  progress: ProgressOptions,
): Promise<Values> {
  const changed = new Map(values);
  const kernels = new Map<LayerVariable, ConsumerRows>();
  for (const consumer of groups.flatMap(consumersOf)) {
    if (consumer && kept.get(consumer.slice.variable)?.has(consumer.slice.axis)) {
      kernels.set(consumer.slice.variable, consumer);
    }
  }
  let done = 0;
  for (const [variable, consumer] of kernels) {
    const moments = momentsOf(consumer, observed.inputMoments);
    const part = partialProgress(progress, done / kernels.size, ++done / kernels.size);
    reportProgress(part, 0);
    if (!moments) continue;
    const { slice, rows, columns } = consumer;
    const copy = copied(valuesOf(values, variable));
    const bias = biasOf(slice.owner, slice.weight);
    const sums = bias && sumsOf(observed.inputSums.get(slice.weight), rows);
    const stays = kept.get(variable)?.get(slice.axis) ?? [];
    const { length } = stays;
    const inner = rows / copy.shape.slice(0, slice.axis + 1).reduce((all, size) => all * size, 1);
    const isKept = Array.from({ length: rows }, (_, row) => stays[Math.floor(row / inner) % length]);
    const change = compensate(copy, { rows, columns, moments, sums }, isKept, part);
    changed.set(variable, copy);
    if (bias && sums) {
      const own = changed.get(bias) ?? {
        shape: bias.shape.map(Number),
        data: Float32Array.from(await bias.read().data()),
      };
      changed.set(bias, { ...own, data: own.data.map((value, at) => value + change[at]) });
    }
    // Lets an abort signal be raised between two kernels
    await new Promise((resume) => setTimeout(resume));
  }
  return changed;
}

/** The bias that is added to the products of this kernel, if its length is the number of columns. */
function biasOf(owner: Layer, kernel: string): LayerVariable | undefined {
  // The bias of a recurrent layer is counted with its first kernel
  return /recurrent_kernel/.test(kernel) ? undefined : weightOf(owner, 'bias');
}

function sumsOf(sums: RowSums | undefined, rows: number): RowSums | undefined {
  return sums?.values.length === rows ? sums : undefined;
}

function copied({ shape, data }: WeightValues): WeightValues {
  return { shape, data: data.slice() };
}
