// Watches what layers are called with, for the time of one batch.
import { GCompressError } from '@gcompress/core';
import { keep, type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ObservedLayer } from './observed-layers.ts';
import { sampledPatches, sampledRows } from './sampled-rows.ts';

/** What is watched. */
export interface Watch {
  readonly tensors: readonly Tensor[];
  /** The most rows that are taken from the inputs of one layer. */
  readonly rowsPerBatch: number;
  readonly seed: number;
}

/**
 * Runs the model on one batch and hands over the rows `[q, m]` that each kernel multiplied; the rows are disposed afterwards. A shared layer
 * is called several times and gives rows each time.
 */
export async function withTaps(
  model: LayersModel,
  observed: readonly ObservedLayer[],
  { tensors, rowsPerBatch, seed }: Watch,
  take: (weight: string, rows: Tensor) => Promise<void> | undefined,
): Promise<void> {
  const seen: { readonly of: ObservedLayer; readonly input: Tensor }[] = [];
  const originals = observed.map((of) => {
    const { layer } = of;
    const own = Object.getOwnPropertyDescriptor(layer, 'call');
    const call = layer.call.bind(layer);
    layer.call = (inputs, kwargs) => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      seen.push({ of, input: keep(input.clone()) });
      return call(inputs, kwargs);
    };
    return () => {
      if (own) Object.defineProperty(layer, 'call', own);
      else Reflect.deleteProperty(layer, 'call');
    };
  });
  try {
    const outputs = tidy(() => model.predictOnBatch([...tensors]));
    for (const output of [outputs].flat()) output.dispose();
  } catch (cause) {
    for (const { input } of seen) input.dispose();
    throw new GCompressError('unsupported', {
      where: 'calibrate',
      expected: 'a model that predicts the inputs',
      actual: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  } finally {
    for (const restore of originals) restore();
  }
  try {
    for (const { of, input } of seen) {
      const { data, count } = of.window
        ? await sampledPatches(input, of.window, rowsPerBatch, seed)
        : await sampledRows(input, rowsPerBatch, seed);
      const rows = tensor2d(data, [count, of.rows]);
      try {
        await take(of.weight, rows);
      } finally {
        rows.dispose();
      }
    }
  } finally {
    for (const { input } of seen) input.dispose();
  }
}
