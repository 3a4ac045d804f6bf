// The hook by which a custom layer names its matrices.
import { GCompressError, type Shape2D } from '@gcompress/core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { isViewOf, type MatrixView } from '../../weight/matrix-view.ts';
import { type KernelSplit, lastAxisColumns } from '../../weight/weight-views.ts';
import type { Layer } from './clone-layer.ts';

/** A weight of a layer that is a matrix, or can be read as one. */
export interface CompressibleMatrix {
  /** Name in the layer, e.g. `'kernel'`, of letters, digits, `_`, `-` and `.`. Files hold the matrix under this name. */
  readonly name: string;
  /** The float32 weight. The layer must call `read()` on it in each call, because `read()` then returns the compressed weight. */
  readonly weight: LayerVariable;
  /** Shape `[m, n]` as which the weight is read, row-major. Default: all axes but the last are rows. */
  readonly shape?: Shape2D;
  /** The axes of the weight in the order in which they are read, each once. Default: first to last. */
  readonly permutation?: readonly number[];
}

/**
 * The hook for custom layers: a layer with this method is compressed like stock layers. The method is called after the layer is built.
 */
export interface CompressibleLayer {
  compressibleMatrices(): readonly CompressibleMatrix[];
}

/** A matrix of a layer, stock or not. */
export interface LayerMatrix {
  readonly name: string;
  readonly weight: LayerVariable;
  /** How the weight is read as a matrix; the split matters only to kernels of Conv2D layers. */
  viewAs(split: KernelSplit): MatrixView;
  /** Why the weight must not be replaced by a product of matrices; omitted if it may be. */
  readonly productObstacle?: string | undefined;
}

/** True if a layer has the hook. */
export function isCompressible(layer: Layer): layer is Layer & CompressibleLayer {
  return typeof (layer as Partial<CompressibleLayer>).compressibleMatrices === 'function';
}

/** What TensorFlow.js accepts as a part of a weight's name. */
const NAME = /^[A-Za-z0-9][-\w.]*$/;

/**
 * The matrices that a layer's own hook names.
 *
 * @throws GCompressError `invalid-option` when a matrix is not a float32 weight of the layer, its view does not fit, or two matrices
 * have the same name.
 */
export function namedMatrices(layer: Layer & CompressibleLayer): LayerMatrix[] {
  const names = new Set<string>();
  return layer.compressibleMatrices().map(({ name, weight, shape, permutation }) => {
    const sides = weight.shape as number[];
    const view = { shape: shape ?? lastAxisColumns(sides).shape, permutation };
    const named = NAME.test(name) && !names.has(name);
    if (!named || weight.dtype !== 'float32' || !layer.weights.includes(weight) || !isViewOf(view, sides)) {
      throw new GCompressError('invalid-option', {
        where: `compressibleMatrices() of layer '${layer.name}'`,
        expected:
          'float32 weights of this layer, each with a plain name of its own, and views that hold each value once',
        actual: `'${name}', ${weight.dtype} [${sides.join(', ')}] read as [${view.shape.join(', ')}]`,
      });
    }
    names.add(name);
    return { name, weight, viewAs: () => view };
  });
}
