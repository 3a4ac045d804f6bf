// The operator that compresses one variable while it trains.
import {
  type CompressedMatrix,
  type FactorizationPlan,
  GCompressError,
  type Kernels,
  type Matrix,
  type MatrixCompressor,
  type MatrixForm,
  matrix,
} from '@gcompress/core';
import { assertNumber } from '@gcompress/core/checks';
import { plannedByteLength } from '@gcompress/core/hosts';
import type { CompressionSchedule } from '@gcompress/scheduler';
import { type KernelsOption, kernelsName, loadKernels } from '@gcompress/wasm-kernels/load';
import {
  concat,
  type Scalar,
  scalar,
  square,
  sum,
  type Tensor,
  type Tensor2D,
  tensor,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';
import { assertTensor } from '../argument-checks.ts';
import { UntrainedFactors } from '../untrained-factors.ts';
import { type MatrixView, toMatrix } from '../weight/matrix-view.ts';
import type { Weight } from '../weight/weight.ts';
import { type CompressionVariables, createVariables } from './compression-variables.ts';
import { dueUpdate, isFilled } from './due-update.ts';
import { type FactorValues, factorValues, factorValuesSync, matrixOfValues } from './factor-values.ts';
import { OneAtATime } from './one-at-a-time.ts';
import {
  assertApplyOptions,
  assertGradients,
  assertLastSide,
  assertMixInputs,
  assertOpArguments,
  assertStep,
  assertTrimOption,
  checkedUpdateOptions,
  sizeWarnings,
  viewOf,
} from './op-checks.ts';
import type {
  ApplyMatMulOptions,
  ApplyOptions,
  NextUpdate,
  TfCompressionOpOptions,
  ToCompressedMatrixOptions,
  UpdateOptions,
  UpdateResult,
} from './op-options.ts';
import { OperatorWeights } from './operator-weights.ts';
import { type PlannedFactors, plannedFactors } from './planned-factors.ts';
import { productSquaredNorm } from './product-squared-norm.ts';
import { relativeError } from './relative-error.ts';
import { type StepState, StepStateVariable } from './step-state.ts';

/**
 * Compresses one variable of any training loop: computes `α·A + (1−α)·Ŵ`, where the schedule lets alpha fall from 1 to 0 and
 * Ŵ comes from factors that train along.
 *
 * Porting note: `compression_op.CompressionOp` and `CompressionOpEager`. Each operator counts its own updates. A is neither
 * frozen nor zeroed, as in Python; leave it out of weight decay once alpha is 0.
 */
export class TfCompressionOp {
  readonly name: string;
  readonly compressor: MatrixCompressor;
  readonly schedule: CompressionSchedule;
  readonly variables: CompressionVariables;
  /** What the factors stand for: shape `[m, n]` and config. */
  readonly form: MatrixForm;
  /** `‖A − Ŵ‖ / ‖A‖` right after the last compression; undefined before the first, and after loading a checkpoint. */
  relativeErrorAtCompression: number | undefined;
  /** Name of the kernels of the last compression: `'wasm'`, `'portable'`, or their own; undefined as {@link relativeErrorAtCompression}. */
  kernelsAtCompression: string | undefined;
  readonly #kernels: KernelsOption | undefined;
  #loadedKernels: Promise<Kernels | undefined> | undefined;
  readonly #view: MatrixView;
  readonly #plan: FactorizationPlan;
  readonly #state: StepStateVariable;
  readonly #weights: OperatorWeights;
  readonly #ownsVariables: boolean;
  readonly #untrained: UntrainedFactors;
  /** The method's notes on the last compression, and its warnings without those about size, because training may change the size. */
  #notes: readonly string[] = [];
  #compressionWarnings: readonly string[] = [];
  readonly #updates = new OneAtATime();
  #disposed = false;

  /**
   * @param matrix the variable A; it stays the caller's.
   * @throws GCompressError what the compressor's plan throws for this shape; `already-compressed` when the name is taken;
   * `unsupported` when tfjs has no gradients registered; `invalid-option` when an argument is not a variable, a compressor or a schedule;
   * `disposed` when the variable is disposed.
   */
  constructor(matrix: Variable, options: TfCompressionOpOptions) {
    assertOpArguments(matrix, options);
    assertGradients();
    this.name = options.name ?? matrix.name;
    this.compressor = options.compressor;
    this.schedule = options.schedule;
    this.#kernels = options.kernels;
    this.#view = viewOf(matrix, options, this.name);
    const { shape } = this.#view;
    this.#plan = options.plan ?? options.compressor.plan(shape);
    this.form = { shape, config: this.#plan.config };
    this.#ownsVariables = options.variables === undefined;
    this.variables = options.variables ?? createVariables(matrix, this.#plan, this.name);
    this.#state = new StepStateVariable(this.variables.state);
    this.#weights = new OperatorWeights({
      compressor: this.compressor,
      plan: this.#plan,
      form: this.form,
      view: this.#view,
      variables: this.variables,
      filled: () => this.#filled,
      alpha: () => this.alpha,
    });
    this.#untrained = new UntrainedFactors(matrix, Object.values(this.variables.factors));
  }

  /** True if the axes of the variable are read in another order than they have. */
  get permuted(): boolean {
    return this.#view.permutation?.some((axis, at) => axis !== at) ?? false;
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

  /**
   * What a user should know about this matrix: warnings of the schedule and of the last compression, factors that are not smaller than
   * the matrix, an optimizer that trains the matrix without its factors. Mostly empty. Blocks on backends that must read back from a
   * device.
   */
  get warnings(): readonly string[] {
    const { compressor, form, schedule } = this;
    const ofForm = this.#filled
      ? [...this.#compressionWarnings, ...this.toCompressedMatrixSync().warnings]
      : sizeWarnings(compressor.format.id, form.shape, this.#plannedByteLength);
    return [...new Set([...schedule.warnings, ...ofForm, ...this.#untrained.warnings])];
  }

  /**
   * The weight `α·A + (1−α)·Ŵ`, to read, multiply with and look up in. It follows the variables, and it does not check its arguments. It
   * stops working when the operator is disposed.
   *
   * @throws GCompressError `disposed`; `invalid-option` or `unknown-option`.
   */
  weight(options: ApplyOptions = {}): Weight {
    assertApplyOptions('weight', this.name, options);
    return this.#weight(options);
  }

  /**
   * `α·A + (1−α)·Ŵ` in A's own shape (Python: `get_apply_compression_op`). The caller owns the result.
   *
   * @throws GCompressError `disposed`; `invalid-option` or `unknown-option`.
   */
  apply(options: ApplyOptions = {}): Tensor {
    assertApplyOptions('apply', this.name, options);
    return this.#weight(options).read();
  }

  /**
   * `x [..., m]` times `α·A + (1−α)·Ŵ` `→ [..., n]`, for `x` of at least one axis; with `transpose` `x [..., n] → [..., m]`. The caller
   * owns the result.
   *
   * Porting note: `get_mix_operator`, `get_matmul_operator` and `get_einsum_operator`. Python's `get_apply_matmul` multiplies by the
   * transpose in some methods and not in others; here the option says so, for every method.
   *
   * @throws GCompressError `shape-mismatch` when the last side of `x` does not fit; `disposed`; `invalid-option` or `unknown-option`.
   */
  applyMatMul(x: Tensor, options: ApplyOptions & ApplyMatMulOptions = {}): Tensor {
    assertApplyOptions('applyMatMul', this.name, options);
    assertTensor(`applyMatMul of '${this.name}'`, 'x', x);
    const [rows, cols] = this.form.shape;
    const { transpose = false } = options;
    assertLastSide(x, transpose ? cols : rows, this.name);
    return this.#weight(options).matMul(x, transpose);
  }

  /**
   * The concatenated inputs times the matrix: `[x, h]·W` of an LSTM cell for inputs `x [..., i]` and `h [..., o]` and a matrix
   * `[i + o, 4·o]`. The caller owns the result.
   *
   * Porting note: `get_mix_operator(theta, concat)`, where the caller concatenates.
   *
   * @throws GCompressError `shape-mismatch` when the inputs together are not as long as the matrix has rows.
   */
  applyMix(inputs: readonly Tensor[], options: ApplyOptions = {}): Tensor {
    assertMixInputs(inputs, this.name);
    return tidy(() => this.applyMatMul(concat([...inputs], -1), options));
  }

  /**
   * Rows of `α·A + (1−α)·Ŵ` by int32 ids of any shape `→ [..., n]` (Python: `get_apply_embedding_lookup`). The caller owns the result.
   *
   * @throws GCompressError `disposed`; `invalid-option` or `unknown-option`.
   */
  applyLookup(ids: Tensor, options: ApplyOptions = {}): Tensor {
    assertApplyOptions('applyLookup', this.name, options);
    assertTensor(`applyLookup of '${this.name}'`, 'ids', ids, 'int32');
    return this.#weight(options).lookup(ids);
  }

  /**
   * Does what the schedule has due at this step of the training. A failure leaves everything as it was.
   *
   * @param options a compressor for this update alone, such as the own one at another price of a bit; kernels; moments of the inputs.
   *
   * @throws GCompressError when the matrix cannot be compressed, such as `non-finite`; `disposed`; `invalid-option`; when it compresses,
   * `unsupported` for moments that the compressor does not use, and `shape-mismatch` for moments of other inputs.
   */
  async runUpdateStep(step: number, options: UpdateOptions = {}): Promise<UpdateResult> {
    assertStep(step, this.name);
    const checked = checkedUpdateOptions(options, this.compressor, this.name);
    this.#assertLive();
    // Two updates at once would count from the same state
    return this.#updates.run(() => this.#update(step, checked));
  }

  /**
   * What {@link runUpdateStep} will do at a step: alpha after it, and whether it compresses.
   *
   * @throws GCompressError `disposed`; `invalid-option`.
   */
  nextUpdate(step: number): NextUpdate {
    assertStep(step, this.name);
    const due = dueUpdate(this, this.state, step);
    return { alpha: due?.alpha ?? this.alpha, compresses: due?.compresses ?? false };
  }

  /**
   * The matrix that would be compressed now, `[m, n]`: A, or what the model computes with if the compressor changes with the steps and A
   * has lost its part in it, by a mask or because alpha is 0.
   *
   * @throws GCompressError `disposed`.
   */
  async matrixToCompress(): Promise<Matrix> {
    this.#assertLive();
    const source = tidy(() => toMatrix(this.#weights.source.read(), this.#view));
    return matrix(this.form.shape, Float32Array.from(await source.data().finally(() => source.dispose())));
  }

  /** Bytes of the factors if they were written now; before the first compression, the most that the plan allows. */
  async byteLength(): Promise<number> {
    return this.#filled ? (await this.toCompressedMatrix()).byteLength : this.#plannedByteLength;
  }

  /** {@link byteLength} without a promise; blocks on backends that must read back from a device. */
  byteLengthSync(): number {
    return this.#filled ? this.toCompressedMatrixSync().byteLength : this.#plannedByteLength;
  }

  /** The factors as they are now, trained values included. */
  async toCompressedMatrix(options: ToCompressedMatrixOptions = {}): Promise<CompressedMatrix> {
    assertTrimOption(options);
    this.#assertLive();
    return this.#asMatrix(await factorValues(this.variables.factors), options);
  }

  /** {@link toCompressedMatrix} without a promise; blocks on backends that must read back from a device. */
  toCompressedMatrixSync(options: ToCompressedMatrixOptions = {}): CompressedMatrix {
    assertTrimOption(options);
    this.#assertLive();
    return this.#asMatrix(factorValuesSync(this.variables.factors), options);
  }

  /**
   * A as it is now on the grid of the last compression, with the factors as they are trained: Ŵ as the model computes with it between two
   * compressions, or will once alpha is 0.3 if its compressor keeps zeros. Undefined before the first compression, and for a format without a grid.
   *
   * @param deadZone entries of less than so many multiples become 0, at least 0.5, at which each entry takes its nearest multiple.
   * @throws GCompressError `disposed`; `invalid-option`.
   */
  async roundedToGrid(deadZone = 0.5): Promise<CompressedMatrix | undefined> {
    assertNumber(`roundedToGrid of '${this.name}'`, 'deadZone', deadZone, { min: 0.5 });
    this.#assertLive();
    if (!this.#filled) return undefined;
    const factor = await this.#weights.gridFactor(deadZone);
    if (!factor) return undefined;
    const values = await factorValues(this.variables.factors);
    return this.#asMatrix({ ...values, [factor.name]: factor.values }, {});
  }

  /**
   * `‖Ŵ‖²`, the squared Frobenius norm of the compressed form as its factors are now, as a scalar with gradients: a term of the loss that decays the
   * product instead of each factor, see {@link productSquaredNorm}. The caller owns it.
   *
   * @throws GCompressError `disposed`.
   */
  squaredNorm(): Scalar {
    this.#assertLive();
    const { factors } = this.variables;
    const { product } = this.compressor.format;
    if (product) return productSquaredNorm(product.map((name) => factors[name] as Tensor as Tensor2D));
    return tidy(() => sum(square(this.#weights.compressed.read())));
  }

  /** Frees what the operator made; never A. May be called again. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#weights.dispose();
    if (!this.#ownsVariables) return;
    const { factors, alpha, state } = this.variables;
    for (const variable of [...Object.values(factors), alpha, state]) variable.dispose();
  }

  get #plannedByteLength(): number {
    return plannedByteLength(this.compressor.format, this.#plan);
  }

  async #update(step: number, options: UpdateOptions): Promise<UpdateResult> {
    const state = this.state;
    this.#untrained.look(this.#filled);
    const due = dueUpdate(this, state, step);
    if (!due) {
      this.#state.write({ ...state, steps: step + 1 });
      return 'idle';
    }
    // Everything that can fail comes first; then all variables change at once
    const compressed = due.compresses ? await this.#compress(step, options) : undefined;
    this.#assertLive();
    tidy(() => {
      for (const [name, factor] of Object.entries(compressed?.factors ?? {})) {
        this.variables.factors[name].assign(tensor(factor.data, [...factor.shape], factor.dtype));
      }
      this.variables.alpha.assign(scalar(due.alpha));
    });
    this.#state.write({ ...due.state, steps: step + 1 });
    this.#untrained.forget();
    if (!compressed) return 'decayed';
    this.#notes = compressed.notes;
    this.#compressionWarnings = compressed.warnings;
    this.kernelsAtCompression = compressed.kernels;
    this.relativeErrorAtCompression = await this.relativeError();
    return 'compressed';
  }

  /** Whether the factors have been computed. */
  get #filled(): boolean {
    return isFilled(this.compressor, this.state);
  }

  #weight({ training = true }: ApplyOptions): Weight {
    this.#assertLive();
    return training ? this.#weights.training : this.#weights.inference;
  }

  /** The factors of this step in their planned shapes, with the compressor's notes and warnings. */
  async #compress(step: number, options: UpdateOptions): Promise<PlannedFactors & { readonly kernels: string }> {
    const compressor = options.compressor ?? this.compressor.atStep?.(step) ?? this.compressor;
    const source = await this.matrixToCompress();
    this.#loadedKernels ??= loadKernels(this.#kernels);
    const kernels = await (options.kernels === undefined ? this.#loadedKernels : loadKernels(options.kernels));
    const where = `TfCompressionOp '${this.name}'`;
    const { inputMoments } = options;
    const aids = { ...(kernels && { kernels }), ...(inputMoments && { inputMoments }) };
    const planned = await plannedFactors(where, { compressor, plan: this.#plan, source }, aids);
    return { ...planned, kernels: kernelsName(kernels) };
  }

  /** `‖A − Ŵ‖ / ‖A‖` as A and the factors are now; says nothing before the first compression. */
  async relativeError(): Promise<number> {
    this.#assertLive();
    return relativeError(this.variables.matrix, () => this.#weights.compressed.read(), this.#view);
  }

  #asMatrix(values: FactorValues, { trim = this.#filled }: ToCompressedMatrixOptions): CompressedMatrix {
    const { format } = this.compressor;
    return matrixOfValues({ format, form: this.form, plan: this.#plan, notes: this.#notes }, values, trim);
  }

  #assertLive(): void {
    if (!this.#disposed && !this.variables.matrix.isDisposed) return;
    throw new GCompressError('disposed', {
      where: `TfCompressionOp '${this.name}'`,
      expected: 'an operator in use',
      actual: this.#disposed ? 'a disposed operator' : 'an operator whose matrix is disposed',
    });
  }
}
