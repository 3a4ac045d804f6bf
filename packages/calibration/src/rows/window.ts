// The window of a convolution: which inputs meet in an output.

/** A number for rows and one for columns. */
export type Pair = readonly [rows: number, columns: number];

/** Window of a convolution; one row for a convolution along one axis. */
export interface Window {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilation: Pair;
  /** Zeros around the input: as TensorFlow's `same` and `valid`, or how many before and after the rows and the columns. */
  readonly padding: 'same' | 'valid' | { readonly before: Pair; readonly after: Pair };
}

/** One axis of a convolution. */
export interface Axis {
  /** Outputs along the axis. */
  readonly count: number;
  /** The input that the kernel's entry `tap` meets at an output; outside of the inputs, or no integer, where that is a zero. */
  from(output: number, tap: number): number;
}

/** An axis of `side` inputs under a convolution. */
export function convolved(side: number, { kernel, strides, dilation, padding }: Window, axis: 0 | 1): Axis {
  const [taps, stride, apart] = [kernel[axis], strides[axis], dilation[axis]];
  const reach = (taps - 1) * apart + 1;
  const { count, before } = outputs(side, reach, stride, explicit(padding, axis));
  return { count, from: (output, tap) => output * stride - before + tap * apart };
}

/** An axis of a transposed convolution with `count` outputs: a convolution of the outputs that is read backwards. */
export function upsampled(count: number, { kernel, strides, padding }: Window, axis: 0 | 1): Axis {
  const { before } = outputs(count, kernel[axis], strides[axis], explicit(padding, axis));
  return { count, from: (output, tap) => (output + before - tap) / strides[axis] };
}

/** Outputs of a transposed convolution along an axis, by the rule of Keras. */
export function upsampledSide(side: number, { kernel, strides, padding }: Window, axis: 0 | 1): number {
  return side * strides[axis] + (padding === 'valid' ? Math.max(kernel[axis] - strides[axis], 0) : 0);
}

type AxisPadding = 'same' | 'valid' | { readonly before: number; readonly after: number };

function explicit(padding: Window['padding'], axis: 0 | 1): AxisPadding {
  return typeof padding === 'string' ? padding : { before: padding.before[axis], after: padding.after[axis] };
}

/** How many outputs there are, and how many zeros TensorFlow puts before the inputs. */
function outputs(side: number, reach: number, stride: number, padding: AxisPadding) {
  if (padding === 'same') {
    const count = Math.ceil(side / stride);
    return { count, before: Math.floor(Math.max(0, (count - 1) * stride + reach - side) / 2) };
  }
  const { before, after } = padding === 'valid' ? { before: 0, after: 0 } : padding;
  return { count: Math.max(0, Math.floor((before + side + after - reach) / stride) + 1), before };
}
