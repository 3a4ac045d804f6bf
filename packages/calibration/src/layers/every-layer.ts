// All layers of a model, also those inside nested models and wrappers.
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** A layer of TensorFlow.js. */
export type Layer = LayersModel['layers'][number];

/** Class of the layers of `@gcompress/tfjs` that are compressed while they train. They multiply in the place of the layer inside. */
export const COMPRESSED = 'CompressedLayer';

/** The layer inside a layer that is compressed while it trains. */
export function innerOf(layer: Layer): Layer {
  return (layer as Layer & { readonly inner: Layer }).inner;
}

/** Each layer once, in the order of the model; a nested model or wrapper before the layers inside it. */
export function everyLayer(model: LayersModel): Layer[] {
  const seen = new Set<Layer>();
  const visit = (layer: Layer) => {
    if (seen.has(layer)) return;
    seen.add(layer);
    for (const inner of innerLayers(layer)) visit(inner);
  };
  for (const layer of model.layers) visit(layer);
  return [...seen];
}

/** The layers inside a model or wrapper, under the property names of TensorFlow.js. */
function innerLayers(layer: Layer): Layer[] {
  if (layer.getClassName() === COMPRESSED) return innerLayers(innerOf(layer));
  const { layers, cells, ...single } = layer as unknown as Readonly<Record<string, Layer | Layer[] | undefined>>;
  return [
    ...(Array.isArray(layers) ? layers : []),
    ...(Array.isArray(cells) ? cells : []),
    ...[single.layer, single.cell, single.forwardLayer, single.backwardLayer].flatMap((inner) => inner ?? []),
  ];
}
