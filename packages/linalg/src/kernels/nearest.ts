import { block, transposed, type View, zeros } from '../view.ts';
import { multiply } from './products.ts';

/** Points whose products with the centroids are held at a time. */
const CHUNK = 256;

/** {@link Kernels.nearest}. */
export function nearest(points: View, centroids: View, norms: Float64Array, indices: Int32Array): void {
  const clusters = centroids.rows;
  const products = zeros(Math.min(CHUNK, points.rows), clusters);
  for (let from = 0; from < points.rows; from += CHUNK) {
    const size = Math.min(CHUNK, points.rows - from);
    multiply(block(points, from, 0, size), transposed(centroids), block(products, 0, 0, size));
    for (let i = 0; i < size; i++) indices[from + i] = indexOfSmallest(norms, products.data, i * clusters);
  }
}

function indexOfSmallest(norms: Float64Array, products: Float64Array, start: number): number {
  let best = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (let j = 0; j < norms.length; j++) {
    const value = norms[j] - 2 * products[start + j];
    if (value < smallest) {
      smallest = value;
      best = j;
    }
  }
  return best;
}
