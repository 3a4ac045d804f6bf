import {
  type CompressedMatrix,
  type CompressionOp,
  createCompressedMatrix,
  type Factor,
  type FactorizationPlan,
  GCompressError,
  type MatrixCompressor,
  type MatrixForm,
  matrix,
  padFactor,
  type Shape2D,
  type UpdateResult,
} from '@gcompress/core';
import type { CompressionSchedule } from '@gcompress/scheduler';
import {
  add,
  gather,
  getGradient,
  matMul,
  mul,
  norm,
  reshape,
  scalar,
  sub,
  type Tensor,
  tensor,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';
import { CompressedKernel } from './compressed-kernel.ts';
import { type CompressionVariables, createVariables } from './compression-variables.ts';
import { fromMatrix, isViewOf, type MatrixView, toMatrix } from './matrix-view.ts';
import { type StepState, StepStateVariable } from './step-state.ts';

/** What a {@link TfCompressionOp} needs besides the variable. */
export interface TfCompressionOpOptions {
  readonly compressor: MatrixCompressor;
  readonly schedule: CompressionSchedule;
  /** Prefix of the names of the variables it makes; must be unique. Default: the name of the matrix variable. */
  readonly name?: string;
  /** How a variable of another rank is read as a matrix `[m, n]`, row-major. Default: its own shape, if that has two sides. */
  readonly shape?: Shape2D;
  /** The axes of the variable in the order in which they are read, each once. Default: their own order. */
  readonly permutation?: readonly number[] | undefined;
  /** Variables that a host made itself, from `variableSpecs`; they are not disposed with the operator. */
  readonly variables?: CompressionVariables;
}

/** What of the factors is taken. */
export interface ToCompressedMatrixOptions {
  /**
   * Whether what is reserved but not used is left out. Default: once there was a compression; before, the factors are zeros of
   * the planned size.
   */
  readonly trim?: boolean;
}

/** How the operator computes: while training, both terms take part whatever alpha is, so that optimizers see every variable. */
export interface ApplyOptions {
  /** Default true. When false, a term whose weight is 0 is left out. */
  readonly training?: boolean;
}

/**
 * Compresses one variable of any training loop: computes `α·A + (1−α)·Ŵ`, where the schedule lets alpha fall from 1 to 0 and
 * Ŵ comes from factors that train along.
 *
 * Porting note: `compression_op.CompressionOp` and `CompressionOpEager`. Each operator counts its own updates. A is neither
 * frozen nor zeroed, as in Python; leave it out of weight decay once alpha is 0.
 */
export class TfCompressionOp implements CompressionOp<Tensor> {
  readonly name: string;
  readonly compressor: MatrixCompressor;
  readonly schedule: CompressionSchedule;
  readonly variables: CompressionVariables;
  /** What the factors stand for: shape `[m, n]` and config. */
  readonly form: MatrixForm;
  /** `‖A − Ŵ‖ / ‖A‖` right after the last compression; undefined before the first, and after loading a checkpoint. */
  relativeErrorAtCompression: number | undefined;
  readonly #view: MatrixView;
  readonly #plan: FactorizationPlan;
  readonly #state: StepStateVariable;
  readonly #kernel: CompressedKernel;
  readonly #ownsVariables: boolean;
  #disposed = false;

  /**
   * @param matrix the variable A; it stays the caller's.
   * @throws GCompressError what the compressor's plan throws for this shape; `already-compressed` when the name is taken;
   * `unsupported` when tfjs has no gradients registered.
   */
  constructor(matrix: Variable, options: TfCompressionOpOptions) {
    assertGradients();
    this.name = options.name ?? matrix.name;
    this.compressor = options.compressor;
    this.schedule = options.schedule;
    this.#view = viewOf(matrix, options, this.name);
    const { shape } = this.#view;
    this.#plan = options.compressor.plan(shape);
    this.form = { shape, config: this.#plan.config };
    this.#ownsVariables = options.variables === undefined;
    this.variables = options.variables ?? createVariables(matrix, this.#plan, this.name);
    this.#state = new StepStateVariable(this.variables.state);
    this.#kernel = new CompressedKernel({
      format: options.compressor.format,
      form: this.form,
      factors: this.variables.factors,
      constant: Object.values(this.#plan.factors).every((spec) => !spec.trainable),
    });
  }

  get alpha(): number {
    return this.schedule.alpha(this.state);
  }

  /** Updates so far, the step of the last one, and steps taken. */
  get state(): StepState {
    this.#assertLive();
    return this.#state.read();
  }

  /** The variables an optimizer may change: A and the trainable factors. */
  get trainableVariables(): Variable[] {
    const { matrix, factors } = this.variables;
    return [matrix, ...Object.values(factors).filter((factor) => factor.trainable)];
  }

  apply(options: ApplyOptions = {}): Tensor {
    const { matrix } = this.variables;
    return this.#blend(
      options,
      () => matrix,
      () => fromMatrix(this.#kernel.reconstruct(), matrix.shape, this.#view),
    );
  }

  applyMatMul(x: Tensor, options: ApplyOptions = {}): Tensor {
    const dense = () => this.#denseMatrix();
    if (this.#kernel.usesFactors) {
      return this.#blend(
        options,
        () => matMul(x, dense()),
        () => this.#kernel.multiply(x),
      );
    }
    // Where x·Ŵ needs Ŵ, blending the matrices first saves a product
    return tidy(() => {
      const blended = this.#blend(options, dense, () => this.#kernel.reconstruct());
      return matMul(x, blended);
    });
  }

  applyLookup(ids: Tensor, options: ApplyOptions = {}): Tensor {
    const [, cols] = this.form.shape;
    return tidy(() => {
      const flat = reshape(ids, [ids.size]);
      const rows = this.#blend(
        options,
        () => gather(this.#denseMatrix(), flat),
        () => this.#kernel.lookup(flat),
      );
      return reshape(rows, [...ids.shape, cols]);
    });
  }

  async runUpdateStep(step: number): Promise<UpdateResult> {
    const state = this.state;
    const { due, compress, state: next } = this.schedule.update(step, state);
    if (!due) {
      this.#state.write({ ...state, steps: step + 1 });
      return 'idle';
    }
    // Everything that can fail comes first; then all variables change at once
    const factors = compress ? await this.#compress() : undefined;
    this.#assertLive();
    tidy(() => {
      for (const [name, factor] of Object.entries(factors ?? {})) {
        this.variables.factors[name].assign(tensor(factor.data, [...factor.shape], factor.dtype));
      }
      this.variables.alpha.assign(scalar(this.schedule.alpha(next)));
    });
    this.#state.write({ ...next, steps: step + 1 });
    if (!factors) return 'decayed';
    this.relativeErrorAtCompression = await this.relativeError();
    return 'compressed';
  }

  async toCompressedMatrix(options: ToCompressedMatrixOptions = {}): Promise<CompressedMatrix> {
    this.#assertLive();
    const entries = Object.entries(this.variables.factors);
    const data = await Promise.all(entries.map(([, variable]) => variable.data()));
    return this.#asMatrix(Object.fromEntries(entries.map(([name], i) => [name, data[i] as Factor['data']])), options);
  }

  /** {@link toCompressedMatrix} without a promise; blocks on backends that must read back from a device. */
  toCompressedMatrixSync(options: ToCompressedMatrixOptions = {}): CompressedMatrix {
    this.#assertLive();
    const data = Object.entries(this.variables.factors).map(([name, variable]) => [name, variable.dataSync()] as const);
    return this.#asMatrix(Object.fromEntries(data) as Record<string, Factor['data']>, options);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#kernel.dispose();
    if (!this.#ownsVariables) return;
    const { factors, alpha, state } = this.variables;
    for (const variable of [...Object.values(factors), alpha, state]) variable.dispose();
  }

  #blend({ training = true }: ApplyOptions, dense: () => Tensor, compressed: () => Tensor): Tensor {
    const alpha = this.alpha;
    return tidy(() => {
      // A copy, because the caller owns the result and may dispose it
      if (!training && alpha === 1) return dense().clone();
      if (!training && alpha === 0) return compressed();
      const weight = this.variables.alpha;
      return add(mul(weight, dense()), mul(sub(1, weight), compressed()));
    });
  }

  /** A as a matrix `[m, n]`; the caller owns it. */
  #denseMatrix(): Tensor {
    return tidy(() => toMatrix(this.variables.matrix, this.#view));
  }

  async #compress(): Promise<Record<string, Factor>> {
    const dense = this.#denseMatrix();
    const data = await dense.data().finally(() => dense.dispose());
    const compressed = await this.compressor.compress(matrix(this.form.shape, Float32Array.from(data)));
    const padded = Object.entries(this.#plan.factors).map(([name, spec]) => {
      return [name, padFactor(compressed.factors[name], spec.shape)] as const;
    });
    return Object.fromEntries(padded);
  }

  /** `‖A − Ŵ‖ / ‖A‖` as A and the factors are now; says nothing before the first compression. */
  async relativeError(): Promise<number> {
    this.#assertLive();
    const [error, size] = tidy(() => {
      const dense = this.#denseMatrix();
      return [norm(sub(dense, this.#kernel.reconstruct())), norm(dense)];
    });
    try {
      const [[errorNorm], [matrixNorm]] = await Promise.all([error.data(), size.data()]);
      return matrixNorm === 0 ? 0 : errorNorm / matrixNorm;
    } finally {
      error.dispose();
      size.dispose();
    }
  }

  #asMatrix(
    data: Readonly<Record<string, Factor['data']>>,
    { trim = this.state.updates > 0 }: ToCompressedMatrixOptions,
  ): CompressedMatrix {
    const { format } = this.compressor;
    const factors = Object.entries(this.#plan.factors).map(([name, spec]) => {
      return [name, { ...spec, data: data[name] }] as const;
    });
    const factorization = { ...this.form, factors: Object.fromEntries(factors) };
    return createCompressedMatrix(format, trim && format.trim ? format.trim(factorization) : factorization);
  }

  #assertLive(): void {
    if (!this.#disposed && !this.variables.matrix.isDisposed) return;
    throw new GCompressError('disposed', {
      where: `TfCompressionOp '${this.name}'`,
      expected: 'an operator in use',
      actual: this.#disposed ? 'a disposed one' : 'one whose matrix is disposed',
    });
  }
}

function viewOf(matrix: Variable, { shape, permutation }: Partial<MatrixView>, name: string): MatrixView {
  const sides = shape ?? (matrix.shape as Shape2D);
  const view = { shape: sides, permutation };
  if (matrix.dtype === 'float32' && isViewOf(view, matrix.shape)) return view;
  throw new GCompressError('shape-mismatch', {
    where: `TfCompressionOp '${name}'`,
    expected: 'a float32 matrix, or a shape [m, n] of the same size to read the variable as',
    actual: `${matrix.dtype} [${matrix.shape.join(', ')}] read as [${sides.join(', ')}]${permutation ? `, axes ${permutation}` : ''}`,
  });
}

function assertGradients(): void {
  if (getGradient('BatchMatMul') || getGradient('MatMul')) return;
  throw new GCompressError('unsupported', {
    where: 'TfCompressionOp',
    expected: 'gradients that are registered',
    actual: '@tensorflow/tfjs-core alone, which has none',
    hint: "Import '@tensorflow/tfjs' or '@tensorflow/tfjs-layers' once in the application.",
  });
}
