// Counts how often each id is looked up in an embedding table.
import { GCompressError, type InputMoments } from '@gcompress/core';
import type { Observed } from '../observed/observed.ts';
import type { Rows } from '../rows/rows.ts';
import type { Sums } from './sums.ts';

/** Counts ids. A look-up is a product with a one-hot row, so its moments are the counts on the diagonal. */
export class IdCounts implements Sums {
  count = 0;
  readonly inputs: Float64Array;
  readonly #weight: string;

  constructor({ weight, size }: Observed) {
    this.#weight = weight;
    this.inputs = new Float64Array(size);
  }

  async add({ data, count }: Rows): Promise<void> {
    const size = this.inputs.length;
    const wrong = data.find((id) => !(id >= 0 && id < size));
    if (wrong !== undefined) {
      throw new GCompressError('invalid-option', {
        where: `calibrate '${this.#weight}'`,
        expected: `ids from 0 to ${size - 1}`,
        actual: `${wrong}`,
        hint: 'Preprocess the inputs as in training.',
      });
    }
    for (const id of data) this.inputs[id]++;
    this.count += count;
  }

  moments(): InputMoments {
    const size = this.inputs.length;
    const values = new Float64Array(size * size);
    for (const [id, seen] of this.inputs.entries()) values[id * size + id] = seen;
    return { size, count: this.count, values };
  }
}
