// The stable rank of a matrix.
import { createRandom, type Matrix } from '@gcompress/core';
import { add, div, matMul, norm, square, sum, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';

/** Rounds of the power iteration: the largest singular value is then known to a few per mille, from below. */
const ROUNDS = 30;
const SEED = 1;

/** `‖A‖²F / ‖A‖²₂`, from 1 to the rank: how many directions share the energy of a matrix (Rudelson and Vershynin, 2007). 0 for zeros. */
export async function stableRank({ shape: [rows, columns], data }: Matrix): Promise<number> {
  const energy = data.reduce((total, value) => total + value * value, 0);
  if (energy === 0) return 0;
  const random = createRandom(SEED);
  const largest = tidy(() => {
    const a = tensor2d(data, [rows, columns]);
    const start = Float32Array.from({ length: columns }, () => random.normal());
    let direction: Tensor2D = tensor2d(start, [columns, 1]);
    for (let round = 0; round < ROUNDS; round++) {
      const next = matMul(a, matMul(a, direction), true);
      direction = div(next, add(norm(next), 1e-30));
    }
    return sum(square(matMul(a, direction)));
  });
  const [largestSquare] = await largest.data().finally(() => largest.dispose());
  return energy / largestSquare;
}
