// The size of a packed file that compressed layers are trained to.
import { type CompressedMatrix, GCompressError } from '@gcompress/core';
import { assertNumber, assertType, exactlyOneOption } from '@gcompress/core/checks';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import type { KernelsOption } from '@gcompress/wasm-kernels/load';
import { io, type Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TfCompressionOp } from '../../training/compression-op.ts';
import type { UpdateResult } from '../../training/op-options.ts';
import { assertAllocation, assertNamed, type ByteAllocation } from '../../training/size/byte-allocation.ts';
import { assertKeepsSquares } from '../../training/size/gradient-sensitivity.ts';
import { SizeTarget } from '../../training/size/size-target.ts';
import { assertFits } from '../../training/size/target-checks.ts';
import { unfinishedPackable } from './packable-model.ts';

/** Writes the file whose size is trained to, such as `pack` of `@gcompress/packed`, or a function that calls it with options. */
export type PackFunction = (
  artifacts: io.ModelArtifacts,
  options: { readonly matrices: ReadonlyMap<string, CompressedMatrix> },
) => Promise<{ readonly bytes: Uint8Array }>;

/** The size of the file that a model is trained to; without it, the methods alone decide. */
export interface FileTargetOptions {
  /**
   * Bytes that the packed file of the whole model takes at most, topology included; it takes 97 % of them or more. The prices of the methods
   * follow while the model trains, all by a common factor, so that methods need a price of a bit, such as `uniform({ lambda: 1e-3 })`.
   */
  readonly targetBytes?: number;
  /** The same as a ratio: float32 bytes of all weights over bytes of the file, above 1. */
  readonly targetRatio?: number;
  /** What will write the file: it counts what the file holds besides the compressed matrices. Needed with a target, and only then. */
  readonly pack?: PackFunction;
  /**
   * How the bytes are divided among the matrices: by a rule, or by shares with the names of the weights. `'sensitivity'` needs the optimizer
   * Adam or RMSProp; in a loop of your own, call `callback.setModel(model)` with the compiled model first. Only with a target. Default
   * `'price'`.
   */
  readonly allocation?: ByteAllocation;
}

/** Names of {@link FileTargetOptions}. */
export const FILE_TARGET_OPTIONS = ['targetBytes', 'targetRatio', 'pack', 'allocation'] as const;

/** Bytes by which the header may grow with the numbers in it: for the file, and for each matrix. */
const SPARE = 16;
const SPARE_OF_MATRIX = 4;

/**
 * Checks the options of a target; true if there is one.
 *
 * @throws GCompressError `invalid-option`.
 */
export function hasFileTarget(
  where: string,
  { targetBytes, targetRatio, pack, allocation }: FileTargetOptions,
): boolean {
  if (allocation !== undefined) assertAllocation(where, allocation);
  if (targetBytes === undefined && targetRatio === undefined) {
    if (pack === undefined && allocation === undefined) return false;
    throw new GCompressError('invalid-option', {
      where: `${where} ${pack === undefined ? 'allocation' : 'pack'}`,
      expected: 'targetBytes or targetRatio beside it',
      actual: 'neither',
      hint: 'Name the size, or leave this option out.',
    });
  }
  const name = exactlyOneOption(where, { targetBytes, targetRatio }, ['targetBytes', 'targetRatio']);
  if (name === 'targetBytes') assertNumber(where, name, targetBytes, { min: 1, integer: true });
  else assertNumber(where, name, targetRatio, { above: 1 });
  assertType(where, 'pack', pack, 'function', 'Pass what will write the file, such as pack of @gcompress/packed.');
  return true;
}

/** Trains the compressed layers of a model to the size of a packed file. */
export class FileTarget {
  /** Bytes of the file at most. */
  readonly bytes: number;
  readonly #model: LayersModel;
  readonly #ops: readonly TfCompressionOp[];
  readonly #pack: PackFunction;
  readonly #allocation: ByteAllocation;
  readonly #kernels: KernelsOption | undefined;
  #optimizer: Optimizer | undefined;
  #target: SizeTarget | undefined;
  #beside = 0;
  #fileBytes: number | undefined;

  /**
   * @param denseBytes float32 bytes of all weights.
   * @throws GCompressError what {@link assertFits} throws.
   */
  constructor(
    model: LayersModel,
    ops: readonly TfCompressionOp[],
    denseBytes: number,
    {
      targetBytes,
      targetRatio = 1,
      pack,
      allocation = 'price',
      kernels,
    }: FileTargetOptions & { readonly kernels?: KernelsOption },
  ) {
    assertFits('targetBytes', ops);
    assertNamed(
      'compressModel',
      allocation,
      ops.map(({ name }) => name),
    );
    this.bytes = targetBytes ?? Math.floor(denseBytes / targetRatio);
    this.#model = model;
    this.#ops = ops;
    this.#pack = pack as PackFunction;
    this.#allocation = allocation;
    this.#kernels = kernels;
  }

  /** Bytes of the file with the matrices as they were last compressed; undefined before the training. */
  get fileBytes(): number | undefined {
    return this.#fileBytes;
  }

  /**
   * Measures roughly what the file holds besides the matrices, and refuses a target that cannot be reached. Call it before the training. The
   * measure depends on the layers alone, not on the values of the weights; each compression measures again, with the values.
   *
   * @param optimizer what trains the model; needed by the allocation `'sensitivity'`.
   * @throws GCompressError `invalid-option` for a target that leaves no room for the matrices; `unsupported` for an optimizer that the
   * allocation cannot use; what the pack function throws.
   */
  async begin(optimizer: Optimizer | undefined): Promise<void> {
    if (this.#allocation === 'sensitivity') {
      if (!optimizer) throw noOptimizer();
      assertKeepsSquares(optimizer);
      this.#optimizer = optimizer;
    }
    const { artifacts, matrices } = await unfinishedPackable(this.#model);
    const weightData = new ArrayBuffer(io.concatenateArrayBuffers(artifacts.weightData ?? []).byteLength);
    await this.#measure({ ...artifacts, weightData }, new Map([...matrices].map(([name, one]) => [name, blank(one)])));
    await this.#target?.assertReachable();
    await this.#count();
  }

  /** Runs the update step of every operator. */
  async runUpdateStep(step: number): Promise<UpdateResult[]> {
    if (this.#ops.some((op) => op.nextUpdate(step).compresses)) {
      // Coded values of other weights take more bytes than zeros do, and some may need a larger type
      const { artifacts, matrices } = await unfinishedPackable(this.#model);
      await this.#measure(artifacts, matrices);
    }
    if (!this.#target) throw notBegun();
    const results = await this.#target.runUpdateStep(step);
    if (results.includes('compressed')) await this.#count();
    return results;
  }

  async #measure(artifacts: io.ModelArtifacts, matrices: ReadonlyMap<string, CompressedMatrix>): Promise<void> {
    const { bytes } = await this.#pack(artifacts, { matrices });
    const stored = [...matrices.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    this.#beside = bytes.length - stored + SPARE + SPARE_OF_MATRIX * matrices.size;
    const left = this.bytes - this.#beside;
    if (left < 1) {
      throw new GCompressError('invalid-option', {
        where: 'targetBytes',
        expected: `more than ${this.#beside}, which topology and other weights take`,
        actual: `${this.bytes}`,
        hint: 'Ask for more bytes, compress more layers, or let pack store the other weights in fewer bytes.',
      });
    }
    const optimizer = this.#optimizer;
    this.#target = new SizeTarget(this.#ops, {
      bytes: left,
      allocation: this.#allocation,
      ...(this.#kernels !== undefined && { kernels: this.#kernels }),
      ...(optimizer && { optimizer: () => optimizer }),
    });
  }

  async #count(): Promise<void> {
    this.#fileBytes = this.#beside + ((await this.#target?.byteLength()) ?? 0);
  }
}

/** The same matrix with all factors 0. */
function blank({ format, shape, config, factors }: CompressedMatrix): CompressedMatrix {
  const zeros = Object.entries(factors).map(([name, factor]) => {
    const data = factor.dtype === 'int32' ? new Int32Array(factor.data.length) : new Float32Array(factor.data.length);
    return [name, { ...factor, data }] as const;
  });
  return createCompressedMatrix(format, { shape, config, factors: Object.fromEntries(zeros) });
}

function notBegun(): GCompressError {
  return new GCompressError('not-ready', {
    where: 'compressionCallback',
    expected: 'onTrainBegin() before the first step',
    actual: 'a step without it',
    hint: 'Call onTrainBegin() before a loop of your own.',
  });
}

function noOptimizer(): GCompressError {
  return new GCompressError('not-ready', {
    where: "compressionCallback allocation 'sensitivity'",
    expected: 'a compiled model, whose optimizer keeps squared gradients',
    actual: 'a callback without a model',
    hint: 'Call callback.setModel(model) before a loop of your own.',
  });
}
