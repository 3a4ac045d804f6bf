// A layer for inference whose matrices are stored as packed bytes.
import { type CompressedFormat, elementCount, GCompressError, type PackedMatrix } from '@gcompress/core';
import { assertElementLimit } from '@gcompress/core/checks';
import { getBackend, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { contains, type Execution, type Preference } from '../../weight/choose-execution.ts';
import type { BatchRange, InferenceKernel } from '../../weight/inference-kernel.ts';
import { type InferenceWeight, inferenceWeight } from '../../weight/inference-weight.ts';
import type { MatrixView } from '../../weight/matrix-view.ts';
import type { KernelSplit } from '../../weight/weight-views.ts';
import { storedText } from '../saved/layer-config.ts';
import { assertPackedSize, formOf, type PackedForm, wordCount, wordsOf } from '../saved/packed-form.ts';
import { StoredWeight } from '../saved/stored-weight.ts';
import { type Layer, type LayerConfig, sameClass } from '../weights/clone-layer.ts';
import { matricesOf } from '../weights/layer-matrices.ts';
import { HeldMatrix } from './held-matrix.ts';
import type { CallArguments } from './inner-call.ts';
import { packedLayerInside } from './layer-args-checks.ts';
import { LayerWrapper } from './layer-wrapper.ts';

/** A matrix of a {@link PackedLayer}. */
export interface PackedLayerMatrix {
  /** Name of the matrix in the layer, e.g. `'kernel'`. */
  readonly name: string;
  readonly format: CompressedFormat;
  /** With values, or without them if a file brings them later. */
  readonly packed: PackedForm | PackedMatrix;
}

/** Arguments of a {@link PackedLayer}. */
export interface PackedLayerArgs {
  /** The layer whose matrices are packed. It must not be built yet, and then belongs to the new layer. */
  readonly layer: Layer;
  readonly matrices: readonly PackedLayerMatrix[];
  /** How the kernel of a Conv2D layer was read. Default `'filters'`. */
  readonly split?: KernelSplit;
  /** Default `'speed'`. */
  readonly prefer?: Preference;
  /** Kernels that multiply by packed weights in their stored form. Default: none. */
  readonly inferenceKernels?: readonly InferenceKernel[];
}

/** How a packed layer computes with one of its matrices. */
export interface PackedMatrixExecution {
  /** Name of the matrix in the layer. */
  readonly name: string;
  /** Id of the format. */
  readonly format: string;
  readonly execution: Execution;
  /** The batches, in rows of x or ids, that are computed in this way; a call with another batch may be computed in another way. */
  readonly batches: BatchRange;
  /** Bytes of the stored tensors, in words of 4 bytes as a saved model has them. */
  readonly storedBytes: number;
  /** All bytes that the layer holds for this matrix between calls, for all batches so far. */
  readonly heldBytes: number;
  /** Bytes of the factors or the dense matrix that each call unpacks anew. 0 if nothing is unpacked for a call. */
  readonly callBytes: number;
}

/** A packed weight of the inner layer, with the weights that hold its tensors. */
interface PackedWeight {
  readonly name: string;
  readonly weight: LayerVariable;
  readonly view: MatrixView;
  readonly held: HeldMatrix;
  /** Shape of the dense weight. */
  readonly weightShape: readonly number[];
}

/**
 * A layer for inference around an inner layer, some of whose matrices are stored as packed bytes, so that `model.save` writes these
 * bytes: float32 tensors as they are, all other tensors as int32 words. They are unpacked at the first call, or at each call, or never
 * where a kernel multiplies by them. The layer does not train.
 *
 * Weights, in order: the inner layer's weights that are not packed, then the packed tensors.
 */
export class PackedLayer extends LayerWrapper {
  static readonly className = 'PackedLayer';
  #matrices: readonly PackedLayerMatrix[];
  readonly #split: KernelSplit;
  readonly #prefer: Preference;
  readonly #kernels: readonly InferenceKernel[];
  #packed: readonly PackedWeight[] = [];
  /** How each matrix is computed, for the batches of the calls so far; without those that are unpacked for each call. */
  readonly #prepared = new Map<PackedWeight, readonly InferenceWeight[]>();
  #backend = '';
  #executions: readonly PackedMatrixExecution[] | undefined;

  /**
   * @throws GCompressError `invalid-option` or `unknown-option` for arguments of another type, `file-oversized` for packed tensors that are
   * far larger than their matrix.
   */
  constructor(args: PackedLayerArgs) {
    super(packedLayerInside(args));
    const { layer, matrices, split = 'filters', prefer = 'speed', inferenceKernels = [] } = args;
    for (const { name, packed } of matrices) assertPackedSize(`layer '${layer.name}' matrix '${name}'`, formOf(packed));
    this.trainable = false;
    this.#matrices = matrices;
    this.#split = split;
    this.#prefer = prefer;
    this.#kernels = [...inferenceKernels];
    // The inner layer makes weights that are dropped at once, so their initializers must cost nothing
    layer.setFastWeightInitDuringBuild(true);
  }

  /** How the last call computed with each matrix. Undefined before the first call. */
  get executions(): readonly PackedMatrixExecution[] | undefined {
    return this.#executions;
  }

  /** The weights of the inner layer that are not packed. */
  get keptWeights(): LayerVariable[] {
    const packed = new Set(this.#packed.map(({ weight }) => weight));
    return this.inner.weights.filter((weight) => !packed.has(weight));
  }

  override get trainableWeights(): LayerVariable[] {
    return [];
  }

  override get nonTrainableWeights(): LayerVariable[] {
    return [...this.keptWeights, ...this.#packed.flatMap(({ held }) => held.weights)];
  }

  override setFastWeightInitDuringBuild(): void {
    super.setFastWeightInitDuringBuild(true);
  }

  override build(inputShape: Shape | Shape[]): void {
    super.build(inputShape);
    const all = matricesOf(this.inner) ?? [];
    this.#packed = this.#matrices.map(({ name, format, packed }) => {
      const form = formOf(packed);
      const matrix = all.find((candidate) => candidate.name === name);
      const view = matrix?.viewAs(this.#split);
      if (!matrix || !view || String(view.shape) !== String(form.shape)) throw wrongMatrix(this, name, form, view);
      const weightShape = matrix.weight.shape as number[];
      matrix.weight.dispose();
      const held = new HeldMatrix(format, form, this.#addStored(name, packed));
      return { name, view, weight: matrix.weight, weightShape, held };
    });
    this.replaceWeights(this.#packed.map(({ weight }) => weight));
    // The weights hold the values from now on
    this.#matrices = this.#packed.map(({ name, held: { format, form } }) => ({ name, format, packed: form }));
  }

  override call(inputs: Tensor | Tensor[], args: CallArguments = {}): Tensor | Tensor[] {
    const isStale = this.#packed.some(({ held }) => held.isStale);
    // A kernel computes on one backend
    if (isStale || this.#backend !== getBackend()) this.#forget();
    this.#backend = getBackend();
    // A save between two calls has restored words
    for (const { held } of this.#packed) held.trim();
    const weights = this.#prepare(this.innerCall.batchOf(inputs));
    try {
      return this.innerCall.run(
        inputs,
        args,
        weights.map(({ weight }) => weight),
      );
    } finally {
      if (this.#prefer === 'memory') this.#dispose(({ execution }) => execution !== 'kernel');
    }
  }

  override getConfig(): LayerConfig {
    const matrices = this.#matrices.map(({ name, format, packed }) => ({ name, format: format.id, ...formOf(packed) }));
    return { ...super.getConfig(), packed: storedText({ split: this.#split, prefer: this.#prefer, matrices }) };
  }

  /** A new layer with the same arguments, still without values. */
  remake(config: LayerConfig): PackedLayer {
    const layer = sameClass(this.inner, this.innerConfig(config));
    return new PackedLayer({
      layer,
      matrices: this.#matrices,
      split: this.#split,
      prefer: this.#prefer,
      inferenceKernels: this.#kernels,
    });
  }

  protected override disposeWeights(): number {
    this.#dispose();
    for (const { held } of this.#packed) held.dispose();
    return super.disposeWeights();
  }

  /** Goes back to the stored words. */
  #forget(): void {
    for (const { held } of this.#packed) held.restore();
    this.#dispose();
  }

  #dispose(chosen: (prepared: InferenceWeight) => boolean = () => true): void {
    for (const [packed, prepared] of this.#prepared) {
      for (const one of prepared) if (chosen(one)) one.weight.dispose();
      const left = prepared.filter((one) => !chosen(one));
      if (left.length > 0) this.#prepared.set(packed, left);
      else this.#prepared.delete(packed);
    }
  }

  #addStored(matrixName: string, packed: PackedForm | PackedMatrix): Record<string, StoredWeight> {
    const stored = Object.entries(formOf(packed).tensors).map(([name, { shape, dtype }]) => {
      assertElementLimit(elementCount(shape), `layer '${this.name}' tensor '${name}'`);
      const length = wordCount({ shape, dtype });
      const type = dtype === 'float32' ? 'float32' : 'int32';
      const weight = StoredWeight.ofLength(length, type, `${matrixName}/${name}`);
      const values = packed.tensors[name];
      if ('data' in values) {
        tidy(() => {
          weight.write(tensor1d(wordsOf(values.data), type));
        });
      }
      return [name, weight] as const;
    });
    return Object.fromEntries(stored);
  }

  /** How each matrix is computed in a call with this batch. */
  #prepare(batch: number): readonly InferenceWeight[] {
    let weights: readonly InferenceWeight[];
    try {
      weights = this.#packed.map((packed) => this.#weightFor(packed, batch));
    } catch (error) {
      // The values may come from a damaged or hostile file
      this.#forget();
      throw error;
    }
    this.#executions = this.#packed.map((packed, i) => {
      const { name, held } = packed;
      const words = Object.values(held.form.tensors).reduce((sum, tensor) => sum + wordCount(tensor), 0);
      const { execution, batches } = weights[i];
      const isForCall = (one: InferenceWeight) => this.#prefer === 'memory' && one.execution !== 'kernel';
      const bytes = (forCall: boolean) =>
        (this.#prepared.get(packed) ?? [])
          .filter((one) => isForCall(one) === forCall)
          .reduce((sum, { heldBytes }) => sum + heldBytes, 0);
      return {
        name,
        format: held.format.id,
        execution,
        batches,
        storedBytes: 4 * words,
        heldBytes: held.bytes + bytes(false),
        callBytes: bytes(true),
      };
    });
    return weights;
  }

  /** What was prepared for such a batch before, or what is prepared now. */
  #weightFor(packed: PackedWeight, batch: number): InferenceWeight {
    const prepared = this.#prepared.get(packed) ?? [];
    const known = prepared.find(({ batches }) => contains(batches, batch));
    if (known) return known;
    const made = this.#inferenceWeight(packed, batch, prepared);
    this.#prepared.set(packed, [...prepared, made]);
    return made;
  }

  #inferenceWeight(
    { held, view, weightShape }: PackedWeight,
    batch: number,
    prepared: readonly InferenceWeight[],
  ): InferenceWeight {
    return inferenceWeight({
      source: held,
      view,
      weightShape,
      use: this.innerCall.use,
      batch,
      prepared,
      kernels: this.#kernels,
      backend: getBackend(),
      prefer: this.#prefer,
    });
  }
}

function wrongMatrix(layer: Layer, name: string, { shape }: PackedForm, view: MatrixView | undefined): GCompressError {
  return new GCompressError('shape-mismatch', {
    where: `layer '${layer.name}'`,
    expected: view ? `a matrix '${name}' [${view.shape.join(', ')}]` : `a layer with a matrix '${name}'`,
    actual: view ? `[${shape.join(', ')}]` : 'a layer without it',
  });
}
