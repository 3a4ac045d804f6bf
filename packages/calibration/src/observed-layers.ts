// Which layers of a model can be observed, and how the rows that their kernels multiply are read.
import type { LayersModel, layers as tfLayers } from '@tensorflow/tfjs-layers';

/** A layer of TensorFlow.js. */
export type Layer = LayersModel['layers'][number];

/** Window of a convolution; axes are rows and columns, one row for Conv1D. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: 'same' | 'valid';
}

/** A layer with the kernel whose inputs are observed. */
export interface ObservedLayer {
  readonly layer: Layer;
  /** Name of the kernel, as saved models have it. */
  readonly weight: string;
  /** Rows of the kernel as a matrix: the inputs of one product. */
  readonly rows: number;
  /** The window of a convolution; undefined where the last axis of the inputs is a row. */
  readonly window?: Window;
}

const ROWS = new Set(['Dense', 'SimpleRNN', 'GRU', 'LSTM']);
const CONVOLUTIONS = new Set(['Conv1D', 'Conv2D']);

/** The layers of a model that can be observed, those inside of models and wrappers too. */
export function observedLayers(model: LayersModel): ObservedLayer[] {
  const seen = new Set<Layer>();
  const visit = (layer: Layer) => {
    if (seen.has(layer)) return;
    seen.add(layer);
    for (const inner of innerLayers(layer)) visit(inner);
  };
  for (const layer of model.layers) visit(layer);
  return [...seen].flatMap(observed);
}

/** What a model or wrapper holds; wrappers of TensorFlow.js keep their layers under these names. */
function innerLayers(layer: Layer): Layer[] {
  const {
    layers,
    layer: one,
    forwardLayer,
    backwardLayer,
  } = layer as unknown as Partial<Record<'layer' | 'forwardLayer' | 'backwardLayer', Layer>> & {
    readonly layers?: Layer[];
  };
  return [...(Array.isArray(layers) ? layers : []), one, forwardLayer, backwardLayer].filter(
    (inner) => inner !== undefined,
  );
}

function observed(layer: Layer): ObservedLayer[] {
  const className = layer.getClassName();
  if (!ROWS.has(className) && !CONVOLUTIONS.has(className)) return [];
  const kernel = layer.weights.find(({ originalName }) => /(^|\/)kernel(_\d+)?$/.test(originalName));
  if (!kernel) return [];
  const shape = kernel.shape.map(Number);
  const found = {
    layer,
    weight: kernel.originalName,
    rows: shape.slice(0, -1).reduce((product, side) => product * side, 1),
  };
  if (ROWS.has(className)) return [found];
  const { strides, dilationRate, padding, dataFormat } = layer.getConfig() as Partial<
    Parameters<typeof tfLayers.conv2d>[0]
  >;
  // Channels first would need their patches in another order
  if (dataFormat === 'channelsFirst') return [];
  const kernelSize = shape.slice(0, -2);
  const window: Window = {
    kernel: twoAxes(kernelSize),
    strides: twoAxes(strides ?? 1),
    dilation: twoAxes(dilationRate ?? 1),
    padding: (padding ?? 'valid') as Window['padding'],
  };
  // Conv1D says one number for its one axis, Conv2D one for both
  return [{ ...found, window: className === 'Conv1D' ? alongColumns(window) : window }];
}

function twoAxes(given: number | readonly number[]): [number, number] {
  const sides = Array.isArray(given) ? given : [given];
  return [sides[0], sides[sides.length - 1]];
}

function alongColumns({ kernel, strides, dilation, padding }: Window): Window {
  return { kernel: [1, kernel[1]], strides: [1, strides[1]], dilation: [1, dilation[1]], padding };
}
