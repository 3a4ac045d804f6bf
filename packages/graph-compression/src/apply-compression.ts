// Compresses many matrices, each by its own operator, and updates them together.
import { GCompressError, type MatrixCompressor } from '@gcompress/core';
import { assertCompressor, assertKnownOptions, assertType, describeValue } from '@gcompress/core/checks';
import { assertSchedule, type CompressionSchedule } from '@gcompress/scheduler';
import { TfCompressionOp, type TfCompressionOpOptions, type UpdateResult } from '@gcompress/tfjs';
import type { Variable } from '@tensorflow/tfjs-core';

/** The default compressor, schedule and kernels of all matrices. */
export interface ApplyCompressionOptions extends Pick<TfCompressionOpOptions, 'kernels'> {
  readonly compressor: MatrixCompressor;
  readonly schedule: CompressionSchedule;
}

/**
 * Compresses many matrices, each by its own operator, and updates them together.
 *
 * Porting note: `compression_wrapper.ApplyCompression`. `applyCompression` returns the operator; its `apply()` gives what Python
 * returns. Sizes are bytes and are right for every method; in Python they stay 0 for most methods.
 */
export class ApplyCompression {
  readonly #ops: TfCompressionOp[] = [];

  /** @throws GCompressError `invalid-option` or `unknown-option` when the options are not a compressor and a schedule. */
  constructor(readonly options: ApplyCompressionOptions) {
    assertKnownOptions('ApplyCompression', options, ['compressor', 'schedule', 'kernels']);
    assertCompressor('ApplyCompression', 'compressor', options.compressor);
    assertSchedule('ApplyCompression', 'schedule', options.schedule);
  }

  /** The {@link TfCompressionOp.warnings} of each operator, each after the operator's name. */
  get warnings(): readonly string[] {
    return this.#ops.flatMap((op) => op.warnings.map((warning) => `${op.name}: ${warning}`));
  }

  /** The operators, in the order in which they were made. */
  get ops(): readonly TfCompressionOp[] {
    return this.#ops;
  }

  /**
   * The operator of this name.
   *
   * @throws GCompressError `unknown-option`, naming the existing operators.
   */
  op(name: string): TfCompressionOp {
    const found = this.#ops.find((op) => op.name === name);
    if (found) return found;
    throw new GCompressError('unknown-option', {
      where: 'ApplyCompression op',
      expected:
        this.#ops.length > 0
          ? `an operator among ${this.#ops.map((op) => op.name).join(', ')}`
          : 'applyCompression to be called before',
      actual: describeValue(name),
    });
  }

  /**
   * Compresses a variable. The options override the common options for this matrix.
   *
   * @throws GCompressError as {@link TfCompressionOp} does.
   */
  applyCompression(variable: Variable, options: Partial<TfCompressionOpOptions> = {}): TfCompressionOp {
    assertType('applyCompression', 'variable', variable, 'object', 'Make a variable: tf.variable(tensor).');
    assertType('applyCompression', 'options', options, 'object');
    const name = options.name ?? variable.name;
    const common = options.schedule ?? this.options.schedule;
    assertSchedule('applyCompression', 'schedule', common);
    assertType('applyCompression', 'name', name, 'string');
    const schedule = common.forLayer(name);
    const op = new TfCompressionOp(variable, { ...this.options, ...options, name, schedule });
    this.#ops.push(op);
    return op;
  }

  /** Runs the updates that are due at this step, operator by operator (Python: `run_update_step`, `all_update_op`). */
  async runUpdateStep(step: number): Promise<UpdateResult[]> {
    const results: UpdateResult[] = [];
    for (const op of this.#ops) results.push(await op.runUpdateStep(step));
    return results;
  }

  /**
   * Bytes of all matrices as dense float32, and of their factors if they were written now; before the first compression, the most that
   * the plans allow.
   */
  async byteLengths(): Promise<{ readonly uncompressed: number; readonly compressed: number }> {
    const compressed = await Promise.all(this.#ops.map((op) => op.byteLength()));
    return {
      uncompressed: this.#ops.reduce((sum, op) => sum + op.variables.matrix.size * 4, 0),
      compressed: compressed.reduce((sum, bytes) => sum + bytes, 0),
    };
  }

  /** Disposes all operators; never the matrices. May be called again. */
  dispose(): void {
    for (const op of this.#ops) op.dispose();
  }
}
