// BatchNorm as a scale and a shift of each channel, and how both go into a kernel and a bias.
import { type Matrix, matrix } from '@gcompress/core';
import { matrixOfWeight, weightOfMatrix } from '@gcompress/weights';

/** The values of a BatchNorm. */
export interface Statistics {
  /** Undefined where it does not scale. */
  readonly gamma: Float32Array | undefined;
  /** Undefined where it does not shift. */
  readonly beta: Float32Array | undefined;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly epsilon: number;
}

/** `y = scale·x + shift` for each channel, in float64. */
export interface Affine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** What a BatchNorm computes: `scale = γ/√(σ² + ε)` and `shift = β − μ·scale`. */
export function affineOf({ gamma, beta, mean, variance, epsilon }: Statistics): Affine {
  const scale = Float64Array.from(variance, (value, at) => (gamma?.[at] ?? 1) / Math.sqrt(value + epsilon));
  return { scale, shift: scale.map((value, at) => (beta?.[at] ?? 0) - mean[at] * value) };
}

/** A bias `[n]` before the scale, or none, as one after it. */
export function foldedBias(bias: Float32Array | undefined, { scale, shift }: Affine): Float32Array {
  return Float32Array.from(shift, (value, at) => value + scale[at] * (bias?.[at] ?? 0));
}

/** Whether a fold gives numbers: a damaged model must stay as it is, so that whoever checks it finds the damage in its place. */
export function hasNumbers({ scale, shift }: Affine, ...others: readonly (Float32Array | undefined)[]): boolean {
  return [scale, shift, ...others].every((values) => values?.every(Number.isFinite) ?? true);
}

/** A kernel as a matrix with one column for each output channel. */
export interface KernelView {
  readonly shape: readonly number[];
  /** Whether the output channels are on the last axis but one. */
  readonly swapped: boolean;
  /** Whether the output channels are the last two axes together. */
  readonly depthwise: boolean;
}

/** Output channels of a kernel. */
export function channelsOf({ shape, swapped, depthwise }: KernelView): number {
  const [outer, inner] = shape.slice(-2);
  if (depthwise) return outer * inner;
  return swapped ? outer : inner;
}

/** A kernel with each output channel multiplied by its scale. */
export function scaledKernel(values: Float32Array, view: KernelView, { scale }: Affine): Float32Array {
  const { shape, swapped, depthwise } = view;
  const columns = channelsOf(view);
  const read = depthwise
    ? matrix([values.length / columns, columns], values)
    : (matrixOfWeight(values, shape, swapped) as Matrix);
  const scaled = matrix(
    read.shape,
    read.data.map((value, at) => value * scale[at % columns]),
  );
  return depthwise ? scaled.data : weightOfMatrix(scaled, shape, swapped);
}
