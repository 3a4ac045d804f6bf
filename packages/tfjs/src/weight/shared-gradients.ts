// Divides the gradients of values that several entries of a matrix share by the number of their uses.
import type { CompressedFormat, MatrixForm, Sharing } from '@gcompress/core';
import {
  customGrad,
  div,
  keep,
  maximum,
  mul,
  ones,
  reshape,
  type Tensor,
  type Tensor1D,
  tidy,
  unsortedSegmentSum,
} from '@tensorflow/tfjs-core';
import { UntilWritten } from './until-written.ts';

/** The parts of {@link SharedGradients}; the caller keeps and disposes them. */
export interface SharedGradientsParts {
  readonly format: CompressedFormat;
  readonly form: MatrixForm;
  readonly factors: Readonly<Record<string, Tensor>>;
}

/**
 * The factors of a matrix, with gradients divided by the uses of each value (`CompressedFormat.sharing`). A step of plain gradient
 * descent on such values is the step of the uncompressed matrix, projected onto the matrices that the format can express: a rate
 * that is stable without compression is stable with it.
 *
 * Porting note: the Python library trains codebooks with the sum of the gradients.
 */
export class SharedGradients {
  readonly #factors: SharedGradientsParts['factors'];
  readonly #sharing: readonly (readonly [name: string, sharing: Sharing])[];
  readonly #uses = new Map<string, UntilWritten<Tensor>>();

  constructor({ format, form, factors }: SharedGradientsParts) {
    this.#factors = factors;
    this.#sharing = Object.entries(format.sharing?.(form) ?? {}).flatMap(([name, use]) => (use ? [[name, use]] : []));
  }

  /** The factors to compute with. The tidy around the call disposes the new tensors among them. */
  factors(): Readonly<Record<string, Tensor>> {
    if (this.#sharing.length === 0) return this.#factors;
    const shared = this.#sharing.map(([name, use]) => [name, this.#divided(name, use)] as const);
    return { ...this.#factors, ...Object.fromEntries(shared) };
  }

  /** Disposes the counts. May be called again. */
  dispose(): void {
    for (const uses of this.#uses.values()) uses.clear();
  }

  #divided(name: string, { rows, times = 1 }: Sharing): Tensor {
    const counts = rows === undefined ? undefined : this.#counted(name, rows);
    const identity = customGrad((factor) => ({
      value: (factor as Tensor).clone(),
      gradFunc: (gradient: Tensor) => {
        const perUse = counts ? div(gradient, counts) : gradient;
        return times === 1 ? perUse : mul(perUse, 1 / times);
      },
    }));
    return identity(this.#factors[name]);
  }

  /** The uses of each row of a factor, at least 1, in a shape that divides the factor. Counts again after a write into the row numbers. */
  #counted(name: string, rows: string): Tensor {
    const { [name]: factor, [rows]: numbers } = this.#factors;
    const [count] = factor.shape;
    const known = this.#uses.get(name) ?? new UntilWritten((counts: Tensor) => counts.dispose());
    this.#uses.set(name, known);
    return known.get([numbers], () =>
      tidy(() => {
        const uses = unsortedSegmentSum(ones([numbers.size]), reshape(numbers, [numbers.size]) as Tensor1D, count);
        return keep(reshape(maximum(uses, 1), [count, ...factor.shape.slice(1).map(() => 1)]));
      }),
    );
  }
}
