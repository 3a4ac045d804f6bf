// Observes a layers model: records the inputs of its layers while it runs.
import { GCompressError } from '@gcompress/core';
import { matrixWeights } from '@gcompress/weights';
import { concat, keep, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { groupedBy } from '../observed/grouped-by.ts';
import type { ObservedModel, Run } from '../observed/observed.ts';
import type { Layer } from './every-layer.ts';
import { type ObservedLayer, observedLayers } from './observed-layers.ts';

/** Whether a value is a layers model of TensorFlow.js. */
export function isLayersModel(model: unknown): model is LayersModel {
  const { inputs, layers, predictOnBatch } = (model ?? {}) as Partial<LayersModel>;
  return Array.isArray(inputs) && Array.isArray(layers) && typeof predictOnBatch === 'function';
}

/** The matrices of a layers model that can be observed. A shared layer is called several times and gives rows each time. */
export function observedLayersModel(model: LayersModel): ObservedModel {
  const observed = observedLayers(model);
  const known = new Set(observed.map(({ weight }) => weight));
  const skipped = new Map<string, string>();
  for (const [name, { usedBy }] of matrixWeights(topologyOf(model))) {
    if (!known.has(name)) skipped.set(name, `inputs of ${usedBy} cannot be observed yet`);
  }
  const inputs = model.inputs.map(({ name, shape }) => ({ name, shape, dtype: undefined }));
  const calls: Calls = new Map();
  return {
    inputs,
    observed,
    skipped,
    run: (run) => runWithTaps(model, observed, run, calls),
    order: async (tensors) => callOrder(model, observed, tensors, calls),
  };
}

/** How often each observed layer is called in one run, known after a run over the whole model. */
type Calls = Map<ObservedLayer, number>;

/** Weights whose layers were called with one tensor belong together. */
function callOrder(
  model: LayersModel,
  observed: readonly ObservedLayer[],
  tensors: readonly Tensor[],
  calls: Calls,
): string[][] {
  const seen = callsOf(model, observed, tensors, calls);
  // A clone refers to the data of the tensor that it was made from
  const groups = [...groupedBy(seen, ({ input }) => input.dataId).values()];
  for (const { input } of seen) input.dispose();
  const known = new Set<string>();
  return groups.flatMap((group) => {
    const names = [...new Set(group.map(({ of }) => of.weight))].filter((name) => !known.has(name));
    for (const name of names) known.add(name);
    return names.length > 0 ? [names] : [];
  });
}

interface Seen {
  readonly of: ObservedLayer;
  readonly input: Tensor;
}

async function runWithTaps(
  model: LayersModel,
  observed: readonly ObservedLayer[],
  run: Run,
  calls: Calls,
): Promise<void> {
  const { tensors, weights, take, most, seed } = run;
  const wanted = observed.filter(({ weight }) => weights.has(weight));
  const seen = callsOf(model, wanted, tensors, calls);
  try {
    for (const { of, input } of stepsTogether(seen)) {
      await take(of.weight, await of.read([input], { most, seed }));
    }
  } finally {
    for (const { input } of seen) input.dispose();
  }
}

/**
 * The inputs of all calls of the wanted layers; the caller disposes them. The model runs no further than to the last of these calls, if an
 * earlier run has shown how many there are.
 */
function callsOf(
  model: LayersModel,
  wanted: readonly ObservedLayer[],
  tensors: readonly Tensor[],
  calls: Calls,
): Seen[] {
  const seen: Seen[] = [];
  // Layers that are called once for each step of a sequence may be called more often in another batch
  const known = wanted.map((of) => (of.stepwise ? undefined : calls.get(of)) ?? Number.POSITIVE_INFINITY);
  const last = known.reduce((sum, count) => sum + count, 0);
  const enough = new Error('All wanted layers were called.');
  const stop = () => {
    if (seen.length === last) throw enough;
  };
  const restores = [...groupedBy(wanted, ({ layer }) => layer)].map(([layer, of]) => tapped(layer, of, seen, stop));
  try {
    const outputs = tidy(() => model.predictOnBatch([...tensors]));
    for (const output of [outputs].flat()) output.dispose();
  } catch (cause) {
    if (cause === enough) return seen;
    for (const { input } of seen) input.dispose();
    throw new GCompressError('unsupported', {
      where: 'calibrate',
      expected: 'a model that predicts the inputs',
      actual: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  } finally {
    for (const restore of restores) restore();
  }
  for (const [of, own] of groupedBy(seen, (one) => one.of)) calls.set(of, own.length);
  return seen;
}

/** Records the arguments of a layer's calls, until the returned function is called. */
function tapped(layer: Layer, of: readonly ObservedLayer[], seen: Seen[], stop: () => void): () => void {
  const own = Object.getOwnPropertyDescriptor(layer, 'call');
  const call = layer.call.bind(layer);
  layer.call = (inputs, kwargs) => {
    const given = Array.isArray(inputs) ? inputs : [inputs];
    for (const one of of) seen.push({ of: one, input: keep(given[one.argument].clone()) });
    stop();
    return call(inputs, kwargs);
  };
  return () => {
    if (own) Object.defineProperty(layer, 'call', own);
    else Reflect.deleteProperty(layer, 'call');
  };
}

/** The recorded tensors, with the steps of each sequence joined into one tensor, which replaces them in the list. */
function stepsTogether(seen: Seen[]): readonly Seen[] {
  const steps = groupedBy(
    seen.filter(({ of }) => of.stepwise),
    ({ of }) => of,
  );
  for (const [of, parts] of steps) {
    const input = concat(parts.map((part) => part.input));
    for (const part of parts) part.input.dispose();
    seen.push({ of, input });
  }
  const together = seen.filter(({ input }) => !input.isDisposed);
  seen.splice(0, seen.length, ...together);
  return together;
}

function topologyOf(model: LayersModel) {
  const modelTopology = model.toJSON(undefined, false) as object;
  const weightSpecs = model.weights.map(({ originalName, shape }) => ({
    name: originalName,
    shape: shape.map(Number),
    dtype: 'float32' as const,
  }));
  return { modelTopology, weightSpecs };
}
