// A model with fewer values, from which the sizes of a large one are estimated.
import { type ModelWeight, readModel } from '@gcompress/packed/weights';
import type { io } from '@tensorflow/tfjs-core';

/** Values that are compressed for an estimate, over all weights. */
const SAMPLED_VALUES = 2 ** 19;
/** Weights up to this size are taken whole. */
const WHOLE = 2 ** 13;

/** A smaller model, and how many times larger each of its weights is in the whole model. */
export interface SampledModel {
  readonly artifacts: io.ModelArtifacts;
  /** The factor of each weight, 1 if it is whole, in the order of the model. */
  readonly factors: readonly number[];
}

/**
 * Takes evenly spaced columns (the last axis) of each large weight, with all their rows, so that steps and codebooks of columns stay as they
 * are; of a weight with few columns, evenly spaced rows.
 *
 * @param sampledValues how many values to take about, over all weights.
 * @returns undefined if the model is small enough to be measured whole.
 */
export function sampledModel(artifacts: io.ModelArtifacts, sampledValues = SAMPLED_VALUES): SampledModel | undefined {
  const { weights } = readModel('inspect', artifacts);
  const total = weights.reduce((sum, weight) => sum + valuesOf(weight), 0);
  if (total <= 2 * sampledValues) return undefined;
  const sampled = weights.map((weight) =>
    sampledWeight(weight, Math.max(WHOLE, (sampledValues / total) * valuesOf(weight))),
  );
  const weightData = new Uint8Array(sampled.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of sampled) {
    weightData.set(bytes, at);
    at += bytes.length;
  }
  const weightSpecs = sampled.map(({ shape }, i) => {
    const { name, dtype, spec } = weights[i] as ModelWeight;
    return { ...spec, name, dtype, shape } as io.WeightsManifestEntry;
  });
  return {
    artifacts: { ...artifacts, weightSpecs, weightData: weightData.buffer },
    factors: sampled.map(({ bytes }, i) => (bytes.length === 0 ? 1 : (weights[i]?.bytes.length ?? 0) / bytes.length)),
  };
}

type Sample = { readonly shape: number[]; readonly bytes: Uint8Array };

function sampledWeight(weight: ModelWeight, most: number): Sample {
  const { dtype, shape, bytes } = weight;
  const values = valuesOf(weight);
  const columns = shape.at(-1) ?? 1;
  if (values <= most || dtype === 'string' || shape.length < 2 || columns === 0) return { shape: [...shape], bytes };
  const rows = values / columns;
  const size = bytes.length / values;
  const kept = evenly(columns, Math.max(1, Math.floor(most / rows)));
  const keptRows = evenly(rows, Math.max(1, Math.floor(most / kept.length)));
  const sample = new Uint8Array(keptRows.length * kept.length * size);
  let at = 0;
  for (const row of keptRows) {
    for (const column of kept) {
      const from = (row * columns + column) * size;
      for (let i = 0; i < size; i++) sample[at++] = bytes[from + i] as number;
    }
  }
  return { shape: [keptRows.length, kept.length], bytes: sample };
}

/** `count` of the numbers below `total`, evenly spaced; all if there are not more. */
function evenly(total: number, count: number): number[] {
  const least = Math.min(total, count);
  return Array.from({ length: least }, (_, i) => Math.floor(((i + 0.5) * total) / least));
}

function valuesOf({ shape }: ModelWeight): number {
  return shape.reduce((product, side) => product * side, 1);
}
