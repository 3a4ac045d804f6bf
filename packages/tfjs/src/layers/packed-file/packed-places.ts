// Where the compressed matrices of a file belong: which layer of the saved model multiplies with each, and under which name.
import type { Shape2D } from '@gcompress/core';
import { stockWeightView } from '../weights/layer-matrices.ts';
import { type SavedLayer, savedLayers } from './saved-topology.ts';

/** A compressed matrix of a file, by its description. */
export interface FileMatrix {
  /** Name of its weight. */
  readonly name: string;
  readonly weightShape: readonly number[];
  /** Id of its format. */
  readonly format: string;
  /** Shape `[m, n]` of the matrix. */
  readonly shape: Shape2D;
  /** True if the last two axes of the weight are exchanged in the matrix. */
  readonly swapped: boolean;
}

/** The place of a matrix in a model. */
export interface PackedPlace {
  /** Name of its weight. */
  readonly weight: string;
  /** Name of the layer. */
  readonly layer: string;
  /** Name of the matrix in a packed layer, such as `'forward_kernel'`. */
  readonly matrix: string;
  /** What the names of the layer's weights begin with. */
  readonly scope: string;
}

/** Finds the places of matrices in one model. */
export type FindPlace = (matrix: FileMatrix) => PackedPlace | string;

/**
 * A function that gives the place of a matrix, or the reason why no packed layer can hold it: the class of its layer has no such matrix, or
 * reads the weight as another matrix than the file.
 */
export function placesIn(topology: unknown): FindPlace {
  const layers = new Map<string, SavedLayer[]>();
  for (const layer of savedLayers(topology)) {
    const { name } = layer.config;
    if (typeof name === 'string') layers.set(name, [...(layers.get(name) ?? []), layer]);
  }
  return (matrix) => {
    const path = matrix.name.split('/');
    let at = path.length - 2;
    while (at >= 0 && !layers.has(path[at])) at--;
    const found = layers.get(path[at]) ?? [];
    if (found.length !== 1) return `${found.length || 'no'} layers of the model have the name in '${matrix.name}'`;
    return placeIn(found[0], matrix, path.slice(0, at + 1), path.slice(at + 1));
  };
}

function placeIn(
  { class_name: className, config }: SavedLayer,
  { name, weightShape, shape, swapped }: FileMatrix,
  scope: readonly string[],
  rest: readonly string[],
): PackedPlace | string {
  const both = className === 'Bidirectional';
  const wraps = both || className === 'TimeDistributed';
  const inside = wraps ? (config.layer as Partial<SavedLayer> | undefined)?.class_name : className;
  const last = rest[rest.length - 1];
  const view = typeof inside === 'string' ? stockWeightView(inside, last)?.view(weightShape, 'filters') : undefined;
  if (!view) return `a packed layer knows no matrix '${last}' of ${wraps ? `${className} of ` : ''}${inside}`;
  if (swapped || view.permutation || String(view.shape) !== String(shape)) {
    return `${inside} reads it as a matrix [${view.shape.join(', ')}] of other rows than the file`;
  }
  // The names that TensorFlow.js gives to the two copies of the inner layer
  const direction = both ? /^(forward|backward)_/.exec(rest[0])?.[0] : '';
  if (direction === undefined) return `'${name}' names neither direction of Bidirectional`;
  return {
    weight: name,
    layer: scope[scope.length - 1],
    matrix: `${direction}${last}`,
    scope: scope.join('/'),
  };
}
