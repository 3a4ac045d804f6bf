// The matrix that a weight should become, given the inputs that it sees in a changed model: its outputs should be those of the original.
import type { InputPairs, PairMoments } from '@gcompress/calibration';
import {
  type InputMoments,
  type Kernels,
  type Matrix,
  matrix,
  type ProgressOptions,
  partialProgress,
} from '@gcompress/core';
import { multiply, solveLower, solveLowerTransposed, whitening } from '@gcompress/linalg';
import { relativeDistance } from '../forms/matrix-error.ts';
import type { MatrixSubject } from '../forms/weight-forms.ts';

/** What a weight is compressed to, for which inputs, and how its errors are measured. */
export interface Target {
  /** `[m, n]`. */
  readonly matrix: Matrix;
  /** Moments of the inputs in the changed model. */
  readonly moments: InputMoments;
  /** `‖XW − X̂Ŵ‖ / ‖XW‖` for the inputs X of the original and X̂ of the changed model; undefined if XW is 0. */
  outputError(compressed: Matrix): number | undefined;
}

/** Part of the mean squared input that is added to each mean squared input. */
const DAMPING = 0.01;

/**
 * The target `W + (X̂ᵀX̂ + λI)⁻¹·X̂ᵀ(X − X̂)·W`: the least-squares matrix for the outputs XW from the inputs X̂, held near W. Its damping is
 * relative, so that directions without inputs stay as they are.
 *
 * Source: GPTAQ, arXiv 2504.02692, in closed form.
 *
 * @param original the weight W `[m, n]`.
 * @param pairs sums over the inputs X̂ and the differences X − X̂.
 * @param centred whether a bias takes up the mean outputs, so that only deviations from the means count.
 * @returns undefined if there are no moments or no deviations.
 * @throws GCompressError `invalid-matrix` for strongly indefinite moments; the signal's reason when aborted.
 */
export function targetOf(
  original: Matrix,
  pairs: InputPairs,
  centred: boolean,
  kernels: Kernels | undefined,
  progress: ProgressOptions,
): Target | undefined {
  if (!pairs.moments) return undefined;
  const {
    inputs,
    products,
    outputs: energy,
    shifts,
  } = centred ? centredMoments(original, pairs, pairs.moments) : pairs.moments;
  const { size, values } = inputs;
  let diagonal = 0;
  for (let i = 0; i < size; i++) diagonal += values[i * size + i] / size;
  if (!(diagonal > 0)) return undefined;
  const square = (data: Float64Array) => ({ shape: [size, size] as const, data });
  const passed = multiply(square(products), original, kernels);
  const target = Float32Array.from(original.data);
  if (passed.data.some((value) => value !== 0)) {
    const { factor } = whitening(inputs, DAMPING, kernels, partialProgress(progress, 0, 0.6));
    const right = { shape: passed.shape, data: passed.data.map((value) => value / diagonal) };
    const half = solveLower(factor, right, kernels, partialProgress(progress, 0.6, 0.8));
    const change = solveLowerTransposed(factor, half, kernels, partialProgress(progress, 0.8, 1));
    for (let at = 0; at < target.length; at++) target[at] += change.data[at];
  }
  return {
    matrix: matrix(original.shape, target),
    moments: inputs,
    outputError(compressed) {
      const error = { shape: original.shape, data: original.data.map((value, at) => value - compressed.data[at]) };
      // XW − X̂Ŵ = X̂E + (X − X̂)W
      const own = dot(error.data, multiply(square(values), error, kernels).data);
      const squared = own + 2 * dot(error.data, passed.data) + shifts;
      return energy > 0 ? Math.sqrt(Math.max(0, squared) / energy) : undefined;
    },
  };
}

/** Moments of the deviations from the means. */
function centredMoments(
  { data, shape: [, columns] }: Matrix,
  { count, inputs, differences }: InputPairs,
  moments: PairMoments,
): PairMoments {
  const minus = (values: Float64Array, left: Float64Array, right: Float64Array) => {
    const result = new Float64Array(values.length);
    for (let i = 0, at = 0; i < left.length; i++) {
      const times = left[i] / count;
      for (let j = 0; j < right.length; j++, at++) result[at] = values[at] - times * right[j];
    }
    return result;
  };
  const { size, values } = moments.inputs;
  const own = minus(values, inputs, inputs);
  // Rounding may leave a tiny negative square of an input that is constant
  for (let i = 0; i < size; i++) own[i * size + i] = Math.max(0, own[i * size + i]);
  // ‖mean(d)·W‖², which the bias takes up, for all inputs
  const shift = new Float64Array(columns);
  for (let at = 0; at < data.length; at++)
    shift[at % columns] += (differences[Math.floor(at / columns)] / count) * data[at];
  const squares = count * shift.reduce((sum, value) => sum + value ** 2, 0);
  return {
    inputs: { size, count, values: own },
    products: minus(moments.products, inputs, differences),
    outputs: moments.outputs,
    shifts: Math.max(0, moments.shifts - squares),
  };
}

function dot(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < left.length; at++) sum += left[at] * right[at];
  return sum;
}

/** A weight that is compressed to its target; without one, as it is and without moments. */
export function aimedAt(subject: MatrixSubject, target: Target | undefined): MatrixSubject {
  if (!target) return { ...subject, moments: undefined };
  const { matrix: original } = subject.weight;
  return {
    ...subject,
    weight: { ...subject.weight, matrix: target.matrix },
    moments: target.moments,
    compare(compressed) {
      const outputError = target.outputError(compressed);
      const relativeError = relativeDistance(original, compressed);
      return {
        relativeError,
        countedError: outputError ?? relativeError,
        deviation: 0,
        ...(outputError !== undefined && { outputError }),
      };
    },
  };
}
