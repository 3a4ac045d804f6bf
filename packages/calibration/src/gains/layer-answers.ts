// What a layers model answers at chosen places: its outputs, what its last softmax or sigmoid gets, and outputs of layers.
import { clone, dispose, keep, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { everyLayer, type Layer } from '../layers/every-layer.ts';
import { withScales } from '../layers/scaled-batch-norm.ts';
import { type GainPlaces, isSaturating, unknownPlace } from './gain-places.ts';

type Answer = (batch: readonly Tensor[]) => Tensor[];
type Output = LayersModel['outputs'][number];

/** A function whose first argument or result is recorded. */
interface Tap {
  readonly owner: object;
  readonly key: string;
  readonly of: 'argument' | 'result';
}

/**
 * A function that runs the model in inference mode and gives the tensors at the places, in the same order for each batch. It is meant to be
 * called in a `tidy` or a gradient, which owns the tensors.
 *
 * @throws GCompressError `invalid-option` for a name that no layer has.
 */
export function layerAnswers(model: LayersModel, { outputs, logits, names }: GainPlaces): Answer {
  const layers = everyLayer(model);
  const hidden = names.map((name): Tap => {
    const owner = layers.find((layer) => layer.name === name);
    if (owner) return { owner, key: 'call', of: 'result' };
    throw unknownPlace(
      'layer',
      name,
      layers.map((layer) => layer.name),
    );
  });
  const ends = model.outputs.map((output) => (logits ? finalActivation(output, output.rank) : undefined));
  const taps = [...hidden, ...ends.flatMap((end) => end ?? [])];
  const isCounted = (_: Tensor, index: number) => outputs || (logits && !ends[index]);
  return (batch) =>
    withScales(model, () => {
      const seen: Tensor[] = [];
      const restores = taps.map((tap) => tapped(tap, seen));
      try {
        const all = [model.apply([...batch], { training: false }) as Tensor | Tensor[]].flat();
        // Clones belong to the scope of the caller
        return [...seen.map((tensor) => clone(tensor)), ...all.filter(isCounted)];
      } finally {
        for (const restore of restores.reverse()) restore();
        dispose(seen);
      }
    });
}

/** Layers that only rearrange what they get. */
const REARRANGING: ReadonlySet<string> = new Set(['Flatten', 'Reshape', 'Permute', 'Dropout']);
/** Layers that apply an activation last. */
const ACTIVATED: ReadonlySet<string> = new Set(['Activation', 'Dense', 'Conv1D', 'Conv2D']);

/** The softmax or sigmoid that an output ends with. */
function finalActivation(output: Output, rank: number): Tap | undefined {
  const {
    sourceLayer: layer,
    inputs,
    outputTensorIndex = 0,
  } = output as Output & { readonly outputTensorIndex?: number };
  const own = layer as Layer & Inner;
  if (Array.isArray(own.layers) && own.outputs) return finalActivation(own.outputs[outputTensorIndex], rank);
  const kind = layer.getClassName();
  if (REARRANGING.has(kind)) return inputs[0] && finalActivation(inputs[0], rank);
  return activationOf(layer, rank);
}

interface Inner {
  readonly layers?: readonly Layer[];
  readonly outputs?: readonly Output[];
  readonly activation?: { getClassName(): string };
}

function activationOf(layer: Layer, rank: number): Tap | undefined {
  const { activation } = layer as Layer & Inner;
  const kind = layer.getClassName();
  if (kind === 'Softmax') return { owner: layer, key: 'softmax', of: 'argument' };
  if (!ACTIVATED.has(kind) || !activation || !isSaturating(activation.getClassName(), rank)) return undefined;
  return { owner: activation, key: 'apply', of: 'argument' };
}

/** Records the tensors of a function's calls, until the returned function is called; `seen` owns them. */
function tapped({ owner, key, of }: Tap, seen: Tensor[]): () => void {
  const target = owner as Record<string, (...all: unknown[]) => Tensor | Tensor[]>;
  const own = Object.getOwnPropertyDescriptor(target, key);
  const call = target[key].bind(target);
  target[key] = (...all) => {
    const result = call(...all);
    const tensors = [of === 'argument' ? (all[0] as Tensor) : result].flat();
    seen.push(...tensors.map((tensor) => keep(clone(tensor))));
    return result;
  };
  return () => {
    if (own) Object.defineProperty(target, key, own);
    else Reflect.deleteProperty(target, key);
  };
}
