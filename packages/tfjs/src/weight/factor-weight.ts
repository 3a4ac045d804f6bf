// A weight given by factors: computes Ŵ, products and rows from the factors, or through a copy of Ŵ if that is cheaper.
import type { CompressedFormat, MatrixForm } from '@gcompress/core';
import { dispose, gather, keep, matMul, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { chooseExecution, type Execution, type WeightUse } from './choose-execution.ts';
import { fromRows, onAllIds, toRows } from './last-axis.ts';
import { fromMatrix, type MatrixView } from './matrix-view.ts';
import { SharedGradients } from './shared-gradients.ts';
import { tfOps } from './tf-ops.ts';
import { UntilWritten } from './until-written.ts';
import type { Weight } from './weight.ts';

/** The parts of a {@link FactorWeight}. */
export interface FactorWeightParts {
  readonly format: CompressedFormat;
  readonly form: MatrixForm;
  /** The factors, or variables that hold them. */
  readonly factors: Readonly<Record<string, Tensor>>;
  readonly view: MatrixView;
  /** Shape of the weight in the layer. */
  readonly weightShape: readonly number[];
  /** True if no optimizer changes the factors, so that Ŵ may be kept. */
  readonly constant: boolean;
}

/** A weight Ŵ given by its factors. A kept copy of Ŵ is computed again after a write into the factors. */
export class FactorWeight implements Weight {
  readonly #parts: FactorWeightParts;
  readonly #owned: readonly Tensor[];
  readonly #executions: Readonly<Record<WeightUse, Execution>>;
  readonly #dense = new UntilWritten<Tensor>((dense) => dense.dispose());
  readonly #gradients: SharedGradients | undefined;

  /** @param owned tensors that are disposed with the weight. */
  constructor(parts: FactorWeightParts, owned: readonly Tensor[] = []) {
    this.#parts = parts;
    this.#owned = owned;
    const { format, form, factors, constant } = parts;
    const values = Object.values(factors).reduce((sum, { size }) => sum + size, 0);
    const constantValues = constant ? () => values : undefined;
    const choose = (use: WeightUse) => chooseExecution({ format, form, use, constantValues }).execution;
    this.#executions = {
      read: choose('read'),
      matMul: choose('matMul'),
      transposedMatMul: choose('transposedMatMul'),
      lookup: choose('lookup'),
    };
    this.#gradients = constant ? undefined : new SharedGradients(parts);
  }

  /** How this use is computed: from the factors, or through Ŵ. */
  execution(use: WeightUse): Execution {
    return this.#executions[use];
  }

  read(): Tensor {
    const { view, weightShape } = this.#parts;
    return tidy(() => fromMatrix(this.#matrix(), weightShape, view));
  }

  matMul(x: Tensor, transpose = false): Tensor {
    if (transpose) return this.#transposedMatMul(x);
    const { format, form } = this.#parts;
    const fromFactors = this.#executions.matMul === 'factors';
    return tidy(() => {
      const rows = toRows(x);
      const product = fromFactors ? format.multiply?.(tfOps, rows, this.#factors(), form) : undefined;
      return fromRows(product ?? matMul(rows, this.#matrix()), x);
    });
  }

  lookup(ids: Tensor): Tensor {
    const { format, form } = this.#parts;
    const fromFactors = this.#executions.lookup === 'factors';
    return onAllIds(ids, (list) => {
      const rows = fromFactors ? format.lookup?.(tfOps, list, this.#factors(), form) : undefined;
      return rows ?? gather(this.#matrix(), list);
    });
  }

  dispose(): void {
    this.#dense.clear();
    this.#gradients?.dispose();
    dispose([...this.#owned]);
  }

  #transposedMatMul(x: Tensor): Tensor {
    const product = this.#executions.transposedMatMul === 'factors' ? this.#parts.format.product : undefined;
    return tidy(() => {
      const rows = toRows(x);
      if (!product) return fromRows(matMul(rows, this.#matrix(), false, true), x);
      const factors = this.#factors();
      const result = product.reduceRight((left, name) => matMul(left, factors[name], false, true), rows);
      return fromRows(result, x);
    });
  }

  /** Ŵ `[m, n]`, disposed by the tidy around the call. Kept if the factors are constant and products need Ŵ. */
  #matrix(): Tensor {
    const { format, form, factors, constant } = this.#parts;
    if (!constant || this.#executions.matMul === 'factors') return format.reconstruct(tfOps, this.#factors(), form);
    // A copy, because a format may answer with a factor itself
    const reconstruct = () => tidy(() => keep(format.reconstruct(tfOps, factors, form).clone()));
    return this.#dense.get(Object.values(factors), reconstruct);
  }

  #factors(): Readonly<Record<string, Tensor>> {
    return this.#gradients?.factors() ?? this.#parts.factors;
  }
}
