// Pairs of BatchNorm layers, in the original and in the compressed model, and the correction of the second by the first.
import { GCompressError } from '@gcompress/core';
import { add, div, maximum, mul, sqrt, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { everyLayer, type Layer } from '../layers/every-layer.ts';
import { ChannelStatistics } from './channel-statistics.ts';

type LayerWeight = Layer['weights'][number];

/** A BatchNorm layer in both models, with the statistics of its inputs so far. */
export interface NormPair {
  readonly original: Layer;
  readonly compressed: Layer;
  readonly seen: { readonly original: ChannelStatistics; readonly compressed: ChannelStatistics };
}

/**
 * The BatchNorm layers of both models, also inside nested models and wrappers, in the order of the model.
 *
 * @throws GCompressError `unsupported` if the models have no BatchNorm layer, `shape-mismatch` if their BatchNorm layers differ.
 */
export function normPairs(where: string, original: LayersModel, compressed: LayersModel): NormPair[] {
  const [ours, theirs] = [original, compressed].map((model) =>
    everyLayer(model).filter((layer) => layer.getClassName() === 'BatchNormalization'),
  );
  if (ours.length === 0) {
    throw new GCompressError('unsupported', {
      where,
      expected: 'a model with BatchNormalization layers',
      actual: `'${original.name}' without them`,
      hint: 'Use correctBiases.',
    });
  }
  return ours.map((layer, at) => {
    // Layers in different nested models may have one name
    const other = theirs[at]?.name === layer.name ? theirs[at] : undefined;
    const [expected, actual] = [layer, other].map((one) =>
      one?.weights.map(({ shape }) => `[${shape.join(', ')}]`).join(' '),
    );
    if (!other || expected !== actual) {
      throw new GCompressError('shape-mismatch', {
        where: `${where} compressed`,
        expected: `a layer '${layer.name}' with weights ${expected}`,
        actual: actual ?? 'none',
        hint: 'Pass artifacts of the same model.',
      });
    }
    const seen = { original: new ChannelStatistics(), compressed: new ChannelStatistics() };
    return { original: layer, compressed: other, seen };
  });
}

/** The moving mean and the moving variance of a BatchNorm layer. */
export function statisticsOf(layer: Layer): readonly [mean: LayerWeight, variance: LayerWeight] {
  const named = (name: string) =>
    layer.weights.find(({ originalName }) => new RegExp(`${name}(_\\d+)?$`).test(originalName));
  return [named('moving_mean') as LayerWeight, named('moving_variance') as LayerWeight];
}

/** Runs `body` while the calls of the layers are seen by `see`, before each call. */
export function whileSeen<T>(layers: readonly Layer[], see: (layer: number, x: Tensor) => void, body: () => T): T {
  const calls = layers.map((layer, at) => {
    const own = Object.getOwnPropertyDescriptor(layer, 'call');
    const call = layer.call.bind(layer);
    layer.call = (inputs, kwargs) => {
      see(at, [inputs].flat()[0]);
      return call(inputs, kwargs);
    };
    return () => (own ? Object.defineProperty(layer, 'call', own) : Reflect.deleteProperty(layer, 'call'));
  });
  try {
    return body();
  } finally {
    for (const restore of calls) restore();
  }
}

/** The axis of the channels of a BatchNorm layer. */
export function channelAxis(layer: Layer): number {
  return (layer.getConfig() as { readonly axis?: number }).axis ?? -1;
}

/**
 * Writes the statistics with which the compressed layer gives outputs of the same mean and variance as the original one: for inputs of
 * means m, m̂ and variances v, v̂, and statistics μ, σ² with the ε of the layer, σ̂² + ε = (σ² + ε)(v̂ + ε)/(v + ε) and μ̂ = m̂ − (m − μ)·√((v̂ + ε)/(v + ε)).
 */
export function correctStatistics({ original, compressed, seen }: NormPair): void {
  const epsilon = (original.getConfig() as { readonly epsilon?: number }).epsilon ?? 1e-3;
  const [mean, variance] = statisticsOf(original).map((weight) => weight.read());
  const [newMean, newVariance] = statisticsOf(compressed);
  tidy(() => {
    const [before, after] = [seen.original.read(), seen.compressed.read()];
    const ratio = div(add(after.variance, epsilon), add(before.variance, epsilon));
    newMean.write(sub(after.mean, mul(sub(before.mean, mean), sqrt(ratio))));
    newVariance.write(maximum(sub(mul(add(variance, epsilon), ratio), epsilon), 0));
  });
}
