// The window of a convolution: which inputs an output combines.

/** A number for rows and one for columns. */
export type Pair = readonly [rows: number, columns: number];

/** Window of a convolution; one row for a convolution along one axis. */
export interface Window {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilation: Pair;
  /** Padding of the input: TensorFlow's `same` or `valid`, or the number of zeros before and after rows and columns. */
  readonly padding: 'same' | 'valid' | { readonly before: Pair; readonly after: Pair };
}

/** One axis of a convolution. */
export interface Axis {
  /** Outputs along the axis. */
  readonly count: number;
  /** Index of the input that entry `tap` of the kernel multiplies at an output; out of range or fractional if that input is a zero. */
  from(output: number, tap: number): number;
}

/** An axis of `side` inputs under a convolution. */
export function convolved(side: number, { kernel, strides, dilation, padding }: Window, axis: 0 | 1): Axis {
  const [taps, stride, apart] = [kernel[axis], strides[axis], dilation[axis]];
  const reach = (taps - 1) * apart + 1;
  const { count, before } = outputs(side, reach, stride, explicit(padding, axis));
  return { count, from: (output, tap) => output * stride - before + tap * apart };
}

/** An axis of a transposed convolution with `count` outputs: the convolution of the outputs, read backwards. */
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
