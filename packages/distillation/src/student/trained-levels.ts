// Trains the levels and the steps of uniform quantisation, within the bytes of the given matrix.
import { type CompressedMatrix, type Factor, floatFactor } from '@gcompress/core';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import {
  abs,
  add,
  cast,
  customGrad,
  div,
  exp,
  floor,
  greaterEqual,
  mul,
  sign,
  type Tensor,
  tensor,
  tidy,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import type { TrainedWeight } from './trained-weight.ts';

/** Halvings of the interval in which the dead zone is searched. */
const HALVINGS = 6;
/** Largest width of the dead zone beyond half a step, in steps. */
const WIDEST = 2;

/** True if the levels of this matrix can be rounded anew, entry by entry. */
export function hasTrainableLevels({ format, config }: CompressedMatrix): boolean {
  return format.id === 'uniform' && config.trellis === 0;
}

/**
 * Trains a matrix of the format `uniform` with its levels. The values behind the levels are trained, and each step computes with their rounded
 * form: the gradient passes through the rounding unchanged, and the steps get the gradient of LSQ. If the levels
 * take more bytes than the given ones, the dead zone widens: the values around 0 that become 0. Without it, the given matrix is reproduced exactly.
 *
 * Source: Esser et al., Learned Step Size Quantization, arXiv 1902.08153.
 */
export function trainedLevels(compressed: CompressedMatrix): TrainedWeight {
  const { format, shape, config, factors, notes } = compressed;
  const { levels, steps } = factors as Readonly<Record<'levels' | 'steps', Factor>>;
  const given = compressed.decompress();
  const unit = unitOf(levels.data);
  const values = tidy(() => variable(tensor(given.data, [...shape])));
  // Relative, so that a learning rate means the same for all sizes of steps
  const firstSteps = tensor(
    Float32Array.from(steps.data, (step) => step / unit),
    [...steps.shape],
  );
  const growth = tidy(() => variable(zeros([...steps.shape])));
  let deadZone = 0;
  const stepsNow = () => mul(firstSteps, exp(growth));
  const rounded = (x: Tensor) => {
    const sizes = abs(x);
    const kept = cast(greaterEqual(sizes, 0.5 + deadZone), 'float32');
    return mul(mul(sign(x), floor(add(sizes, 0.5))), kept);
  };
  // The gradient of rounding is taken as 1
  const straightThrough = customGrad((x) => ({ value: rounded(x as Tensor), gradFunc: (dy) => dy as Tensor }));
  const matrixNow = async () => {
    const [integers, lengths] = tidy(() => {
      const now = stepsNow();
      return [rounded(div(values, now)), now] as const;
    });
    const [found, sizes] = await Promise.all([integers.data(), lengths.data()]);
    integers.dispose();
    lengths.dispose();
    const scale = unitFor(found);
    const now = {
      levels: floatFactor(
        levels.shape,
        Float32Array.from(found, (level) => level / scale),
        false,
      ),
      steps: floatFactor(
        steps.shape,
        Float32Array.from(sizes, (size) => size * scale),
      ),
    };
    return createCompressedMatrix(format, { shape, config, factors: now }, notes);
  };
  return {
    variables: [values, growth],
    trained: 'levels, steps',
    read: () =>
      tidy(() => {
        const now = stepsNow();
        return mul(straightThrough(div(values, now)), now);
      }),
    async matrix() {
      // The narrowest dead zone with which the matrix fits, to within 1/32 of a step
      deadZone = 0;
      let fitting = await matrixNow();
      let [tooNarrow, wide] = [0, WIDEST];
      if (fitting.byteLength <= compressed.byteLength) return fitting;
      for (let halving = 0; halving < HALVINGS; halving++) {
        deadZone = (tooNarrow + wide) / 2;
        const tried = await matrixNow();
        if (tried.byteLength <= compressed.byteLength) [wide, fitting] = [deadZone, tried];
        else tooNarrow = deadZone;
      }
      deadZone = wide;
      return fitting;
    },
    dispose() {
      for (const one of [values, firstSteps, growth]) one.dispose();
    },
  };
}

/** The power of two that makes these normalized levels integers. */
function unitOf(levels: ArrayLike<number>): number {
  let unit = 1;
  for (let at = 0; at < levels.length; at++) while (!Number.isInteger(levels[at] * unit)) unit *= 2;
  return unit;
}

/** The least power of two that brings these integers into (−1, 1). */
function unitFor(integers: ArrayLike<number>): number {
  let largest = 0;
  for (let at = 0; at < integers.length; at++) largest = Math.max(largest, Math.abs(integers[at]));
  return 2 ** Math.ceil(Math.log2(largest + 1));
}
