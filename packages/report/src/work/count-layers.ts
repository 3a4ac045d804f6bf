// Counts the multiply-adds of a layers model from the shapes of its layers.
import { contraction, valuesOf } from './contraction.ts';
import type { CountedMatrix, MultiplyAdds } from './counted.ts';

type LayerShape = readonly (number | null)[] | readonly (readonly (number | null)[])[];

/** A layer as counted: stock layers have these properties. */
export interface CountedLayer {
  readonly name: string;
  readonly weights?: readonly { readonly originalName: string }[];
  readonly input?: { readonly shape: LayerShape } | readonly object[];
  readonly outputShape?: LayerShape;
  readonly dataFormat?: string;
  /** The layers of a nested model. */
  readonly layers?: readonly CountedLayer[];
}

/** A layers model as counted. */
export interface CountedLayers {
  readonly layers: readonly CountedLayer[];
}

/** Counts a layers model. */
export function countLayers(model: CountedLayers, matrices: ReadonlyMap<string, CountedMatrix>): MultiplyAdds {
  const owners = new Map<string, CountedLayer>();
  collect(model.layers, owners);
  const counted = new Map<string, number>();
  const uncounted = new Map<string, string>();
  for (const [name, matrix] of matrices) {
    const layer = owners.get(name);
    const count = layer ? countOf(layer, matrix) : 'no layer of the loaded model has it';
    if (typeof count === 'number') counted.set(name, count);
    else uncounted.set(name, count);
  }
  return { counted, uncounted };
}

function collect(layers: readonly CountedLayer[], owners: Map<string, CountedLayer>): void {
  for (const layer of layers) {
    if (Array.isArray(layer?.layers)) collect(layer.layers, owners);
    else for (const { originalName } of layer?.weights ?? []) owners.set(originalName, layer);
  }
}

/** The multiply-adds of a layer, or the reason why they cannot be counted. */
function countOf(layer: CountedLayer, matrix: CountedMatrix): number | string {
  if (matrix.kind === 'embedding') return 0;
  if (layer.dataFormat === 'channelsFirst') return 'its channels come first';
  const isOfInput = matrix.kind === 'transposed-convolution' || matrix.kind === 'recurrent';
  const shape = shapeOf(layer, isOfInput);
  if (!shape) return 'it is used several times';
  if (matrix.kind === 'recurrent') {
    const [, steps] = shape;
    const values = matrix.shape.reduce((product, side) => product * side, 1);
    return typeof steps === 'number' ? steps * values : 'its number of steps is free';
  }
  const values = valuesOf(shape);
  const products = contraction(matrix);
  if (products === undefined) return `kind ${matrix.kind} is not counted`;
  return values === undefined ? 'a side of its output is free' : values * products;
}

/** One shape of a layer; undefined if it has several, which makes TensorFlow.js throw. */
function shapeOf(layer: CountedLayer, isOfInput: boolean): readonly (number | null)[] | undefined {
  try {
    const shape = isOfInput ? (layer.input as { readonly shape?: LayerShape } | undefined)?.shape : layer.outputShape;
    return shape && !Array.isArray(shape[0]) ? (shape as readonly (number | null)[]) : undefined;
  } catch {
    return undefined;
  }
}
