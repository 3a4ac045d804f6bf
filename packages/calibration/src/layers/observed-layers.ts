// Finds the layers of a model that can be observed, and the way to read the input rows of each weight.
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Observed } from '../observed/observed.ts';
import { depthwiseOutputs } from '../rows/depthwise-outputs.ts';
import { convolutionPatches, transposedPatches } from '../rows/patches.ts';
import { ids, lastAxis } from '../rows/sampled-rows.ts';
import type { Pair, Window } from '../rows/window.ts';
import { COMPRESSED, everyLayer, innerOf, type Layer } from './every-layer.ts';

/** A weight whose inputs are observed at the calls of a layer or of a recurrent cell. */
export interface ObservedLayer extends Observed {
  readonly layer: Layer;
  /** Index of the call argument that is read. */
  readonly argument: number;
  /** Whether the layer is called once for each step of a sequence, so that the steps are read together. */
  readonly stepwise: boolean;
}

/** The observed weights of a model, also inside nested models and wrappers. */
export function observedLayers(model: LayersModel): ObservedLayer[] {
  return everyLayer(model).flatMap((layer) => READERS[layer.getClassName()]?.(layer) ?? []);
}

/** A layer that is compressed while it trains has the inputs of the layer inside, which may not be called. */
function compressed(layer: Layer): ObservedLayer[] {
  const inner = innerOf(layer);
  return (READERS[inner.getClassName()]?.(inner) ?? []).map((observed) => ({ ...observed, layer }));
}

/** How the layers of a class are read. */
const READERS: Readonly<Record<string, ((layer: Layer) => ObservedLayer[]) | undefined>> = {
  Dense: (layer) => observe(layer, 'kernel', { read: lastAxis }),
  Conv1D: (layer) => observe(layer, 'kernel', { read: convolutionPatches(...geometry(layer)) }),
  Conv2D: (layer) => observe(layer, 'kernel', { read: convolutionPatches(...geometry(layer)) }),
  Conv2DTranspose: (layer) =>
    observe(layer, 'kernel', { read: transposedPatches(...geometry(layer)), transposed: true }),
  DepthwiseConv2D: depthwise,
  SeparableConv2D: (layer) => [...depthwise(layer), ...pointwise(layer)],
  SimpleRNNCell: cell,
  GRUCell: cell,
  LSTMCell: cell,
  [COMPRESSED]: compressed,
  Embedding: (layer) => observe(layer, 'embeddings', { read: ids, structure: 'ids' }),
};

function cell(layer: Layer): ObservedLayer[] {
  return ['kernel', 'recurrent_kernel'].flatMap((name, argument) =>
    observe(layer, name, { read: lastAxis, argument, stepwise: true }),
  );
}

function depthwise(layer: Layer): ObservedLayer[] {
  const read = convolutionPatches(...geometry(layer));
  return observe(layer, 'depthwise_kernel', { read, structure: 'channels' });
}

/** The inputs of the pointwise kernel of a separable convolution are the outputs of its depthwise kernel. */
function pointwise(layer: Layer): ObservedLayer[] {
  const kernel = weightOf(layer, 'depthwise_kernel');
  if (!kernel) return [];
  return observe(layer, 'pointwise_kernel', { read: depthwiseOutputs(() => kernel.read(), geometry(layer)[0]) });
}

interface Reading extends Pick<Observed, 'read'>, Partial<Pick<ObservedLayer, 'structure' | 'argument' | 'stepwise'>> {
  /** Whether the last axis of the kernel counts inputs, as in a transposed convolution. */
  readonly transposed?: boolean;
}

/** The observed weight of this name; empty if the layer has none. */
function observe(layer: Layer, name: string, reading: Reading): ObservedLayer[] {
  const { read, structure = 'full', argument = 0, stepwise = false, transposed = false } = reading;
  const weight = weightOf(layer, name);
  if (!weight) return [];
  const shape = weight.shape.map(Number);
  const inputs = transposed ? [...shape.slice(0, -2), ...shape.slice(-1)] : shape.slice(0, -1);
  const size = inputs.reduce((product, side) => product * side, 1);
  const channels = structure === 'channels' ? inputs[inputs.length - 1] : 1;
  return [{ weight: weight.originalName, size, structure, channels, read, layer, argument, stepwise }];
}

/** A variable of a layer; TensorFlow.js appends a number to repeated names. */
function weightOf(layer: Layer, name: string): Layer['weights'][number] | undefined {
  const pattern = new RegExp(`(^|/)${name}(_\\d+)?$`);
  return layer.weights.find(({ originalName }) => pattern.test(originalName));
}

/** The window of a convolution, and whether its channels come first. Axes are rows and columns, one row for Conv1D. */
function geometry(layer: Layer): [window: Window, channelsFirst: boolean] {
  const { kernelSize, strides, dilationRate, padding, dataFormat } = layer.getConfig() as Readonly<
    Record<string, unknown>
  >;
  const sides = (given: unknown): Pair => {
    const [first = 1, last = first] = [given ?? []].flat() as number[];
    return layer.getClassName() === 'Conv1D' ? [1, first] : [first, last];
  };
  const window: Window = {
    kernel: sides(kernelSize),
    strides: sides(strides),
    dilation: sides(dilationRate),
    padding: padding === 'same' ? 'same' : 'valid',
  };
  return [window, dataFormat === 'channelsFirst'];
}
