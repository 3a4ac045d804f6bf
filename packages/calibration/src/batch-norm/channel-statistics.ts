// Means and variances of the inputs of a BatchNorm layer, summed on the backend over the calls of the layer.
import { add, div, keep, maximum, mul, scalar, square, sub, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** Sums over all values of each channel. */
export class ChannelStatistics {
  #count = 0;
  #sums: [sum: Tensor, squares: Tensor] | undefined;

  /** Adds the values `x` of a call, whose channels are on this axis. */
  add(x: Tensor, axis: number): void {
    const others = x.shape.map((_, at) => at).filter((at) => at !== (axis + x.rank) % x.rank);
    this.#count += others.reduce((product, at) => product * x.shape[at], 1);
    const before = this.#sums;
    this.#sums = tidy(() => {
      const now = [sum(x, others), sum(square(x), others)] as const;
      return (before ? now.map((one, at) => add(one, before[at])) : [...now]) as [Tensor, Tensor];
    });
    for (const one of this.#sums) keep(one);
    for (const one of before ?? []) one.dispose();
  }

  /** Mean and variance of each channel. Call it in a tidy, after {@link add}. */
  read(): { readonly mean: Tensor; readonly variance: Tensor } {
    const [total, squares] = this.#sums ?? [scalar(0), scalar(0)];
    const mean = div(total, Math.max(1, this.#count));
    return { mean, variance: maximum(sub(div(squares, Math.max(1, this.#count)), mul(mean, mean)), 0) };
  }

  dispose(): void {
    for (const one of this.#sums ?? []) one.dispose();
  }
}
