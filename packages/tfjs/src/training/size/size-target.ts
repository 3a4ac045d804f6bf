// Several matrices to one size: their compressors work at the common price of a bit at which all of them together take the bytes.
import { type CompressedMatrix, GCompressError, type Kernels, type Matrix } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType } from '@gcompress/core/checks';
import { plannedByteLength } from '@gcompress/core/hosts';
import { assertKernelsOption, type KernelsOption, loadKernels } from '@gcompress/wasm-kernels/load';
import type { Optimizer } from '@tensorflow/tfjs-core';
import { ROUNDED_FROM } from '../../weight/straight-through/following-weight.ts';
import type { TfCompressionOp } from '../compression-op.ts';
import type { UpdateResult } from '../op-options.ts';
import { assertAllocation, assertNamed, type ByteAllocation, type ByteShares } from './byte-allocation.ts';
import { givenShares, lampShares, uniformShares } from './byte-shares.ts';
import { gradientSensitivity } from './gradient-sensitivity.ts';
import { priceForBytes } from './price-for-bytes.ts';
import { roundToFit } from './round-to-fit.ts';
import { alphaOfLastCompression, assertFits, assertOperators, REACHED_AT } from './target-checks.ts';

/** Options of {@link SizeTarget}. */
export interface SizeTargetOptions {
  /** The most bytes that the stored forms of all matrices take together at the end. They take 97 % of it or more. */
  readonly bytes: number;
  /**
   * Alpha at which the matrices first take no more than these bytes, from 0 to below 1. Until then their size falls from an eighth of the
   * dense matrices, fast at first, as sparsity grows in gradual pruning (Zhu and Gupta, 2017). Default 0.5.
   */
  readonly reachedAt?: number;
  /** How the bytes are divided among the matrices. Default `'price'`. */
  readonly allocation?: ByteAllocation;
  /** What trains the matrices; needed by the allocation `'sensitivity'`, and only there. Called at each compression. */
  readonly optimizer?: () => Optimizer;
  /** The kernels of all matrices. Default: WebAssembly where it loads, otherwise plain JavaScript. */
  readonly kernels?: KernelsOption;
}

/** The part of the dense float32 bytes that matrices take at first. */
const FIRST_PART = 1 / 8;
/** A price at which nothing is worth its bits. */
const HIGHEST_PRICE = 1e30;
/** The part of the bytes that a search may take once the size is reached, because levels grow while they train. */
const SEARCHED = 0.98;
/** The parts of the bytes that grids take at least to be kept: at the last compression, and before it. */
const FEWEST = 0.97;
const FEWEST_BEFORE = 0.95;

/**
 * Trains several matrices to a size. At each update it searches the common price of a bit at which all stored forms together take the
 * bytes that the state of the training allows, by compressing the matrices as they are now; so it has no state, and a training that was
 * saved and loaded goes on with the same prices. From an alpha of {@link SizeTargetOptions.reachedAt} on, the bytes are at most the target.
 * From then on, formats with a grid, such as uniform levels, keep it while their matrices fit in these bytes: so steps train to the end, and
 * the file has the levels that the model was trained with. Bytes change only when a matrix is compressed, so the last compression determines the bytes of the file.
 *
 * Needs compressors with `withBitPrice`, such as `uniform({ lambda })`: each compresses at its own price times the common factor.
 */
export class SizeTarget {
  readonly bytes: number;
  readonly #ops: readonly TfCompressionOp[];
  readonly #reachedAt: number;
  readonly #lastAt: number;
  readonly #allocation: ByteAllocation;
  readonly #optimizer: (() => Optimizer) | undefined;
  readonly #kernelsOption: KernelsOption | undefined;
  #loadedKernels: Promise<Kernels | undefined> | undefined;

  /** @throws GCompressError `invalid-option`, `unknown-option`; `unsupported` for operators whose compressors have no price of a bit. */
  constructor(operators: readonly TfCompressionOp[], options: SizeTargetOptions) {
    const where = 'SizeTarget';
    assertOperators(where, operators);
    assertKnownOptions(where, options, ['bytes', 'reachedAt', 'allocation', 'optimizer', 'kernels']);
    const { bytes, reachedAt = REACHED_AT, allocation = 'price', optimizer, kernels } = options;
    assertKernelsOption(where, kernels);
    assertAllocation(where, allocation);
    assertNamed(
      where,
      allocation,
      operators.map(({ name }) => name),
    );
    if (allocation === 'sensitivity') assertType(where, 'optimizer', optimizer, 'function');
    assertNumber(where, 'bytes', bytes, { min: 1 });
    assertNumber(where, 'reachedAt', reachedAt, { min: 0, max: 0.99 });
    assertFits(where, operators, reachedAt);
    const most = operators.reduce((sum, op) => sum + mostBytes(op), 0);
    if (bytes > most) {
      throw new GCompressError('invalid-option', {
        where: `${where} bytes`,
        expected: `at most ${most}, which the stored matrices take without a limit`,
        actual: `${bytes}`,
        hint: 'Ask for fewer bytes, or leave the target out.',
      });
    }
    this.bytes = bytes;
    this.#ops = operators;
    this.#reachedAt = reachedAt;
    this.#lastAt = Math.max(...operators.map(({ schedule, state }) => alphaOfLastCompression(schedule, state)));
    this.#allocation = allocation;
    this.#optimizer = optimizer;
    this.#kernelsOption = kernels;
  }

  /**
   * Refuses a target that no price reaches. Call it before the training.
   *
   * @throws GCompressError `invalid-option`, saying the fewest bytes.
   */
  async assertReachable(): Promise<void> {
    const matrices = await Promise.all(this.#ops.map((op) => op.matrixToCompress()));
    const kernels = await this.#kernels;
    const least = await Promise.all(this.#ops.map((op, at) => atPrice(op, matrices[at], HIGHEST_PRICE, kernels)));
    const fewest = least.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (fewest <= this.bytes) return;
    throw new GCompressError('invalid-option', {
      where: 'SizeTarget bytes',
      expected: `at least ${fewest}, which the stored matrices take when all entries are 0`,
      actual: `${this.bytes}`,
      hint: 'Ask for more bytes.',
    });
  }

  /** Bytes of all stored forms now; before the first compression, the most that the plans allow. */
  async byteLength(): Promise<number> {
    const each = await Promise.all(this.#ops.map((op) => op.byteLength()));
    return each.reduce((sum, bytes) => sum + bytes, 0);
  }

  /**
   * Runs the update step of every operator, in the place of their own `runUpdateStep`.
   *
   * @returns what each operator did, in their order.
   * @throws GCompressError what `runUpdateStep` of an operator throws.
   */
  async runUpdateStep(step: number): Promise<UpdateResult[]> {
    const next = this.#ops.map((op) => op.nextUpdate(step));
    const due = this.#ops.filter((_, at) => next[at].compresses);
    const alpha = next.reduce((most, update) => Math.max(most, update.alpha), 0);
    const fitted = due.length > 0 ? await this.#fitted(due, alpha) : undefined;
    // Each operator hears which kernels its matrix was compressed with
    const kernels: KernelsOption | undefined = fitted && ((await this.#kernels) ?? 'portable');
    const results: UpdateResult[] = [];
    for (const op of this.#ops) {
      const compressed = fitted?.get(op);
      const options = compressed && {
        compressor: { ...op.compressor, compress: () => compressed },
        ...(kernels && { kernels }),
      };
      results.push(await op.runUpdateStep(step, options));
    }
    return results;
  }

  /** The matrices that are due, compressed so that all matrices together take what alpha allows. */
  async #fitted(due: readonly TfCompressionOp[], alpha: number): Promise<Map<TfCompressionOp, CompressedMatrix>> {
    const kept = alpha <= this.#reachedAt ? await this.#onTheirGrids(due, alpha) : undefined;
    if (kept) return kept;
    const allocation = this.#allocation;
    if (allocation !== 'price' && allocation !== 'sensitivity') return this.#fittedEach(due, allocation, alpha);
    const others = this.#ops.filter((op) => !due.includes(op) && op.state.updates > 0);
    let taken = 0;
    for (const op of others) taken += await op.byteLength();
    // Matrices that were never compressed keep their part for later
    const part = entries([...due, ...others]) / entries(this.#ops);
    const matrices = await Promise.all(due.map((op) => op.matrixToCompress()));
    const kernels = await this.#kernels;
    const sensitivity = this.#optimizer && (await gradientSensitivity(due, this.#optimizer()));
    const compressed = await priceForBytes(
      due.map((op, at) => ({
        matrix: matrices[at],
        atPrice: (matrix, factor) => atPrice(op, matrix, factor / (sensitivity?.[at] ?? 1), kernels),
      })),
      Math.max(1, this.#allowed(alpha) * part - taken),
    );
    return new Map(due.map((op, at) => [op, compressed[at]] as const));
  }

  /** The matrices that are due, as the model computes with them; undefined if they do not fit. */
  async #onTheirGrids(
    due: readonly TfCompressionOp[],
    alpha: number,
  ): Promise<Map<TfCompressionOp, CompressedMatrix> | undefined> {
    let taken = 0;
    for (const op of this.#ops) if (!due.includes(op)) taken += await op.byteLength();
    const bytes = this.bytes - taken;
    const rounded = await roundToFit(
      due.map((op) => (deadZone: number) => op.roundedToGrid(deadZone)),
      bytes,
      {
        fewest: (alpha <= this.#lastAt ? FEWEST : FEWEST_BEFORE) * bytes,
        // Before, a new grid costs nothing, because entries keep their values
        trim: alpha <= ROUNDED_FROM,
      },
    );
    return rounded && new Map(due.map((op, at) => [op, rounded[at]] as const));
  }

  /** The matrices that are due, each at the price of its own share of the bytes. */
  async #fittedEach(
    due: readonly TfCompressionOp[],
    allocation: 'lamp' | 'uniform' | ByteShares,
    alpha: number,
  ): Promise<Map<TfCompressionOp, CompressedMatrix>> {
    const matrices = await Promise.all(this.#ops.map((op) => op.matrixToCompress()));
    const shares = this.#shares(matrices, allocation, this.#allowed(alpha));
    const kernels = await this.#kernels;
    const fitted = new Map<TfCompressionOp, CompressedMatrix>();
    // What a small matrix leaves of its share, because few sizes are possible, goes to the larger ones
    const order = due.map((op) => this.#ops.indexOf(op)).sort((a, b) => shares[a] - shares[b]);
    let left = 0;
    for (const at of order) {
      const op = this.#ops[at];
      const one = {
        matrix: matrices[at],
        atPrice: (matrix: Matrix, factor: number) => atPrice(op, matrix, factor, kernels),
      };
      const [compressed] = await priceForBytes([one], Math.max(1, shares[at] + left));
      left += shares[at] - compressed.byteLength;
      fitted.set(op, compressed);
    }
    return fitted;
  }

  get #kernels(): Promise<Kernels | undefined> {
    this.#loadedKernels ??= loadKernels(this.#kernelsOption);
    return this.#loadedKernels;
  }

  /** Bytes for each matrix. */
  #shares(matrices: readonly Matrix[], allocation: 'lamp' | 'uniform' | ByteShares, bytes: number): number[] {
    if (allocation === 'lamp') return lampShares(matrices, bytes);
    if (allocation === 'uniform') return uniformShares(matrices, bytes);
    return givenShares(
      this.#ops.map(({ name }) => allocation[name]),
      bytes,
    );
  }

  /** Bytes of all matrices when alpha has fallen so far. */
  #allowed(alpha: number): number {
    if (alpha <= this.#reachedAt) return (alpha <= this.#lastAt ? 1 : SEARCHED) * this.bytes;
    const passed = Math.min(1, (1 - alpha) / (1 - this.#reachedAt));
    const first = Math.max(this.bytes, 4 * FIRST_PART * entries(this.#ops));
    return this.bytes + (first - this.bytes) * (1 - passed) ** 3;
  }
}

function atPrice(
  { compressor }: TfCompressionOp,
  matrix: Matrix,
  factor: number,
  kernels: Kernels | undefined,
): PromiseLike<CompressedMatrix> {
  const priced = compressor.withBitPrice?.(factor) ?? compressor;
  return Promise.resolve(priced.compress(matrix, { ...(kernels && { kernels }) }));
}

function entries(ops: readonly TfCompressionOp[]): number {
  return ops.reduce((sum, { form: { shape } }) => sum + shape[0] * shape[1], 0);
}

function mostBytes({ compressor, form: { shape } }: TfCompressionOp): number {
  return plannedByteLength(compressor.format, compressor.plan(shape));
}
