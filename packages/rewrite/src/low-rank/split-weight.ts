// Splits one weight of a graph by its factors, and reports what that changed.
import { type CompressedMatrix, frobeniusNorm, type Matrix, matrix } from '@gcompress/core';
import { matrixOfWeight, nodeAttributes } from '@gcompress/weights';
import type { Graph } from '../graph/graph.ts';
import { sides, valuesOfMatrix } from './convolution-forms.ts';
import type { Place } from './places.ts';
import type { BeforeAfter, SplitWeight } from './report.ts';
import { splitConvolution, splitProduct } from './split-node.ts';

/** Two factors `b [m, r]` and `c [r, n]`. */
export interface TwoFactors {
  readonly b: Matrix;
  readonly c: Matrix;
}

/** The factors of a compressed matrix whose format is a product of two matrices; undefined for other formats. */
export function factorsOf({ format, factors, shape, config }: CompressedMatrix): TwoFactors | undefined {
  if (format.product?.length !== 2) return undefined;
  const trimmed = format.trim?.({ shape, config, factors }).factors ?? factors;
  const [b, c] = format.product.map((name) => {
    const { shape: own, data } = trimmed[name];
    return matrix([own[0], own[1]], Float32Array.from(data));
  });
  return { b, c };
}

/** The weight as a matrix with one column for each output. */
export function matrixOf({ weight, values, use }: Place): Matrix {
  return matrixOfWeight(values, weight.shape, use.swapped) as Matrix;
}

/** The compressed matrix of a form, as a matrix with one column for each output. */
export function restored(compressed: Matrix, { kernel }: Place, form: SplitWeight['form']): Matrix {
  if (!kernel || form === 'product') return compressed;
  return matrix(sides('output-channels', kernel), valuesOfMatrix(form, compressed, kernel));
}

/** Splits a weight in the graph. @param error the errors of the product of both factors. */
export function splitWeight(
  graph: Graph,
  place: Place,
  form: SplitWeight['form'],
  { b, c }: TwoFactors,
  error: Pick<SplitWeight, 'relativeError' | 'outputError'>,
): SplitWeight {
  const { weight, use, kernel } = place;
  const rank = b.shape[1];
  const split = {
    name: weight.name,
    usedBy: use.node.op,
    node: use.node.name,
    form,
    rank,
    bytes: {
      before: 4 * place.values.length,
      after: 4 * (b.data.length + c.data.length),
    },
    multiplyAdds: multiplyAdds(place, form, rank),
    ...error,
  };
  const factors =
    form === 'product' || !kernel ? splitProduct(graph, place, b, c) : splitConvolution(graph, place, form, b, c);
  return { ...split, factors };
}

/** `‖A − B‖ / ‖A‖`; 0 for a matrix of zeros. */
export function relativeDistance(a: Matrix, b: Matrix): number {
  const norm = frobeniusNorm(a);
  if (norm === 0) return 0;
  const difference = Float32Array.from(a.data, (value, at) => value - b.data[at]);
  return frobeniusNorm(matrix(a.shape, difference)) / norm;
}

/** Multiply-adds for each output position. */
function multiplyAdds({ kernel, weight, use: { node } }: Place, form: SplitWeight['form'], rank: number): BeforeAfter {
  if (!kernel || form === 'product') {
    const [m, n] = weight.shape;
    return { before: m * n, after: rank * (m + n) };
  }
  const [height, width, inputs, outputs] = kernel;
  const [, down, across] = nodeAttributes(node).integers('strides') ?? [1, 1, 1, 1];
  const after = {
    'output-channels': height * width * inputs + outputs,
    // The first node runs at the positions of the inputs
    'input-channels': inputs * down * across + height * width * outputs,
    spatial: height * inputs * across + width * outputs,
  };
  return { before: height * width * inputs * outputs, after: rank * after[form] };
}
