// Sums outer products of inputs within each channel, for depthwise convolutions.
import type { InputMoments } from '@gcompress/core';
import type { Observed } from '../observed/observed.ts';
import type { Rows } from '../rows/rows.ts';
import { addRows } from './add-rows.ts';
import { notFinite, type Sums } from './sums.ts';

/**
 * Sums `xᵀx` separately for each channel. No output of a depthwise convolution mixes two channels, so moments with zeros between channels give
 * the output error exactly.
 */
export class ChannelSums implements Sums {
  count = 0;
  readonly inputs: Float64Array;
  readonly #observed: Observed;
  /** Inputs of a channel: the entries of the window. */
  readonly #taps: number;
  /** A matrix `[taps, taps]` for each channel, its lower triangle. */
  readonly #blocks: Float64Array;

  constructor(observed: Observed) {
    this.#observed = observed;
    this.#taps = observed.size / observed.channels;
    this.inputs = new Float64Array(observed.size);
    this.#blocks = new Float64Array(observed.size * this.#taps);
  }

  async add({ data, count }: Rows): Promise<void> {
    const { weight, size, channels } = this.#observed;
    const taps = this.#taps;
    const blocks = this.#blocks;
    for (let row = 0; row < count; row++) {
      for (let channel = 0; channel < channels; channel++) {
        const first = row * size + channel;
        const block = channel * taps * taps;
        for (let i = 0; i < taps; i++) {
          const value = data[first + i * channels];
          if (value === 0) continue;
          for (let j = 0; j <= i; j++) blocks[block + i * taps + j] += value * data[first + j * channels];
        }
      }
    }
    for (let i = 0; i < size; i++) {
      const [tap, channel] = [Math.floor(i / channels), i % channels];
      const square = blocks[(channel * taps + tap) * taps + tap];
      if (!Number.isFinite(square)) throw notFinite(weight, square, i);
    }
    addRows(this.inputs, data);
    this.count += count;
  }

  moments(): InputMoments {
    const { size, channels } = this.#observed;
    const taps = this.#taps;
    const values = new Float64Array(size * size);
    for (let channel = 0; channel < channels; channel++) {
      for (let i = 0; i < taps; i++) {
        for (let j = 0; j <= i; j++) {
          const product = this.#blocks[(channel * taps + i) * taps + j];
          values[(i * channels + channel) * size + j * channels + channel] = product;
          values[(j * channels + channel) * size + i * channels + channel] = product;
        }
      }
    }
    return { size, count: this.count, values };
  }
}
