// The hook by which a layer of one's own names its matrices.
import { GCompressError, type Shape2D } from '@gcompress/core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { isViewOf, type MatrixView } from '../../weight/matrix-view.ts';
import { type KernelSplit, lastAxisColumns } from '../../weight/weight-views.ts';
import type { Layer } from './clone-layer.ts';

/** A weight of a layer that is a matrix, or can be read as one. */
export interface CompressibleMatrix {
  /** Name in the layer, e.g. `'kernel'`, of letters, digits, `_`, `-` and `.`; files know it by this name. */
  readonly name: string;
  /** The float32 weight. The layer must `read()` it in each call, because that is what the compressed form takes the place of. */
  readonly weight: LayerVariable;
  /** Shape `[m, n]` as which it is read, row-major. Default: all axes but the last are rows. */
  readonly shape?: Shape2D;
  /** Its axes in the order in which they are read, each once. Default: their own order. */
  readonly permutation?: readonly number[];
}

/**
 * The hook for layers of one's own: a layer with this method is compressed like the stock ones. It is called once the layer is built.
 */
export interface CompressibleLayer {
  compressibleMatrices(): readonly CompressibleMatrix[];
}

/** A matrix of a layer, stock or not. */
export interface LayerMatrix {
  readonly name: string;
  readonly weight: LayerVariable;
  /** How it is read as a matrix; the split matters to kernels of Conv2D layers alone. */
  viewAs(split: KernelSplit): MatrixView;
  /** Why no product of matrices may stand for it, where that is so. */
  readonly productObstacle?: string | undefined;
}

/** Whether a layer has the hook. */
export function isCompressible(layer: Layer): layer is Layer & CompressibleLayer {
  return typeof (layer as Partial<CompressibleLayer>).compressibleMatrices === 'function';
}

/** What TensorFlow.js takes as a part of a weight's name. */
const NAME = /^[A-Za-z0-9][-\w.]*$/;

/**
 * The matrices that a layer's own hook names.
 *
 * @throws GCompressError `invalid-option` when one is not a float32 weight of the layer, cannot be read in this way, or has the name
 * of another.
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
