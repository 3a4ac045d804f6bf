// Sums slices with the same id, computed as a scatter.
import {
  type KernelFunc,
  scatterND,
  slice,
  type Tensor,
  type Tensor1D,
  tensor2d,
  tidy,
  type UnsortedSegmentSumAttrs,
} from '@tensorflow/tfjs-core';

/**
 * Sums the slices of `x [n, …rest]` that have the same segment id `→ [numSegments, …rest]`: the gradient of `gather`, thus
 * of an embedding. Slices whose id is not from 0 to `numSegments − 1` are left out.
 *
 * Time and memory grow with the sizes of `x` and of the result; no one-hot matrix is made.
 */
export const unsortedSegmentSum: KernelFunc = ({ inputs, attrs }) => {
  const { x, segmentIds } = inputs as { x: Tensor; segmentIds: Tensor1D };
  const { numSegments } = attrs as unknown as UnsortedSegmentSumAttrs;
  const [count, ...rest] = x.shape;
  const ids = segmentIds.dataSync<'int32'>();
  const known = (id: number) => id >= 0 && id < numSegments;
  return tidy(() => {
    // The scatter of wasm does not check ids: an id that is out of range would write elsewhere on the heap
    if (ids.every(known)) return scatterND(tensor2d(ids, [count, 1], 'int32'), x, [numSegments, ...rest]);
    const spilled = ids.map((id) => (known(id) ? id : numSegments));
    return slice(scatterND(tensor2d(spilled, [count, 1], 'int32'), x, [numSegments + 1, ...rest]), 0, numSegments);
  });
};
