// Folds the BatchNorm layers of a layers model into the layers before them.
import { floatValues, type ModelContents } from '@gcompress/packed/weights';
import type { RewrittenWeights } from '../graph/rewritten-weights.ts';
import { affineOf, channelsOf, foldedBias, hasNumbers, scaledKernel } from './affine.ts';
import { type Container, callsOf, containersOf, type LayerEntry, layerName, references } from './layer-containers.ts';
import { layerProducer } from './layer-producer.ts';
import type { FoldedBatchNorm, Folds } from './report.ts';

const BATCH_NORM = /^BatchNormalization(V\d)?$/;
/** The ε of Keras where the configuration names none. */
const EPSILON = 1e-3;

/** Folds what can be folded. Changes the topology of `model`, which `readModel` copied, and the weights. */
export function foldLayers({ model, weights: given }: ModelContents, weights: RewrittenWeights): Folds {
  const folded: FoldedBatchNorm[] = [];
  const kept: { readonly name: string; readonly reason: string }[] = [];
  const isTrained = given.some(({ spec }) => spec.group === 'optimizer');
  for (const container of containersOf(model.modelTopology as object)) {
    for (const layer of [...container.layers]) {
      if (!BATCH_NORM.test(layer.class_name)) continue;
      const outcome = isTrained
        ? 'the model has its optimizer, to be trained further'
        : fold(container, layer, weights);
      if (typeof outcome === 'string') kept.push({ name: layerName(layer), reason: outcome });
      else folded.push(outcome);
    }
  }
  return { folded, kept };
}

/** Folds a BatchNorm layer, or gives the reason why it stays. */
function fold(container: Container, batchNorm: LayerEntry, weights: RewrittenWeights): FoldedBatchNorm | string {
  const name = layerName(batchNorm);
  const refusal = structureRefusal(container, batchNorm);
  if (refusal !== undefined) return refusal;
  const producer = layerProducer(container, batchNorm);
  if (typeof producer === 'string') return producer;
  const { layer, made } = producer;
  const where = `${layer.class_name} '${layerName(layer)}'`;
  const shared = container.outputs && sharedRefusal(container, layer, where);
  if (shared !== undefined) return shared;
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((part) =>
    find(weights, name, part),
  );
  const kernel = find(weights, layerName(layer), made.kernel);
  const bias = find(weights, layerName(layer), 'bias');
  const found = [gamma, beta, mean, variance, kernel, bias];
  if (found.includes('several')) return `its weights and those of ${where} have the names of others`;
  const [g, b, m, v, k, own] = found.map((one) => (typeof one === 'object' ? one : undefined));
  if (!m || !v || !k) return `weights of it or of ${where} are missing or not float32`;
  if ((own === undefined) === (layer.config.use_bias !== false)) return `the bias of ${where} is missing`;
  const view = { shape: k.shape, swapped: made.swapped === true, depthwise: made.depthwise === true };
  const channels = channelsOf(view);
  if ([g, b, m, v, own].some((one) => one && one.values.length !== channels)) {
    return `the kernel of ${where} has ${channels} output channels, and it has others`;
  }
  const epsilon = typeof batchNorm.config.epsilon === 'number' ? batchNorm.config.epsilon : EPSILON;
  const affine = affineOf({ gamma: g?.values, beta: b?.values, mean: m.values, variance: v.values, epsilon });
  if (!hasNumbers(affine, k.values, own?.values)) return `values of it or of ${where} are not finite`;
  weights.set(k.name, scaledKernel(k.values, view, affine));
  const shifted = foldedBias(own?.values, affine);
  if (own) weights.set(own.name, shifted);
  else weights.add({ name: sibling(k.name, 'bias'), shape: [channels], values: shifted, after: k.name });
  layer.config.use_bias = true;
  for (const one of [g, b, m, v]) if (one) weights.remove(one.name);
  remove(container, batchNorm, layerName(layer));
  return { name, into: layer.class_name, kernel: k.name, scale: affine.scale };
}

/** Why the place of a BatchNorm in its model does not allow it to go. */
function structureRefusal(container: Container, batchNorm: LayerEntry): string | undefined {
  if (!container.outputs) return undefined;
  if (!references(container)) return 'the connections of its model have an unknown form';
  const calls = callsOf(batchNorm);
  if (calls.length !== 1) return `it is called ${calls.length} times`;
  const training = calls[0].some((reference) => (reference[3] as { readonly training?: unknown } | null)?.training);
  return training ? 'it is called as in training, with the statistics of the batch' : undefined;
}

function sharedRefusal(container: Container, layer: LayerEntry, where: string): string | undefined {
  if (callsOf(layer).length !== 1) return `${where} is called ${callsOf(layer).length} times`;
  const readers = references(container)?.filter(([name]) => name === layerName(layer)) ?? [];
  return readers.length === 1 ? undefined : `${where} is read elsewhere too`;
}

/** Takes a layer out: what read it reads the layer before. */
function remove(container: Container, layer: LayerEntry, before: string): void {
  for (const reference of references(container) ?? []) if (reference[0] === layerName(layer)) reference[0] = before;
  container.layers.splice(container.layers.indexOf(layer), 1);
}

/** The float32 weight of a layer; `several` if layers of the same name have one. */
function find(weights: RewrittenWeights, layer: string, part: string) {
  const pattern = new RegExp(`^${part}(_\\d+)?$`);
  const found = weights.named((path) => path.at(-2) === layer && pattern.test(path.at(-1) ?? ''));
  if (found.length > 1) return 'several' as const;
  const values = found[0] && floatValues(found[0]);
  return values && { name: found[0].name, shape: found[0].shape, values };
}

function sibling(name: string, last: string): string {
  return [...name.split('/').slice(0, -1), last].join('/');
}
