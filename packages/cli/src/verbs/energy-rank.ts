// How low a rank could be: the singular values that hold 90 % of a matrix's energy.
import { singularValues, truncatedSvd } from '@gcompress/linalg';
import { type ModelContents, weightMatrix } from '@gcompress/packed/weights';
import { loadKernels } from '@gcompress/wasm-kernels/load';

/** The largest smaller side of a matrix whose singular values are all computed. */
const MOST_VALUES = 512;
/** How many are computed of larger matrices. */
const LARGEST_VALUES = 64;
/** Part of the sum of squares. */
const ENERGY = 0.9;

/** The rank of each matrix for 90 % of its sum of squares, as text such as `12 of 64` or `above 64 of 1024`, by the name of its weight. */
export async function energyRanks(
  { weights, kernels }: ModelContents,
  onProgress: (done: number) => void,
): Promise<ReadonlyMap<string, string>> {
  const ranks = new Map<string, string>();
  const loops = await loadKernels();
  for (const [i, weight] of weights.entries()) {
    const { matrix } = weightMatrix(weight, kernels.get(weight.name)) ?? {};
    const count = matrix ? Math.min(...matrix.shape) : 0;
    if (matrix && count > 1 && matrix.data.every(Number.isFinite)) {
      const isWhole = count <= MOST_VALUES;
      const values = isWhole
        ? singularValues(matrix, loops)
        : truncatedSvd(matrix, LARGEST_VALUES, { ...(loops && { kernels: loops }) }).s;
      const total = matrix.data.reduce((sum, value) => sum + value * value, 0);
      const rank = rankFor(values, ENERGY * total);
      ranks.set(weight.name, `${rank === 0 ? `above ${values.length}` : rank} of ${count}`);
    }
    onProgress((i + 1) / weights.length);
  }
  return ranks;
}

/** How many of the values have this sum of squares together; 0 if all have less. */
function rankFor(values: Float64Array, energy: number): number {
  let left = energy;
  for (const [i, value] of values.entries()) {
    left -= value * value;
    if (left <= 0) return i + 1;
  }
  return 0;
}
