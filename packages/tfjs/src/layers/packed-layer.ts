// A layer for inference whose matrices are stored as packed bytes.
import {
  assertElementLimit,
  type CompressedFormat,
  elementCount,
  GCompressError,
  type JsonObject,
  type PackedDtype,
  type PackedMatrix,
  type PackedTensor,
  packedDtype,
  type Shape2D,
} from '@gcompress/core';
import { type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, type Shape } from '@tensorflow/tfjs-layers';
import { inferenceWeight } from '../weight/inference-weight.ts';
import { UntilWritten } from '../weight/until-written.ts';
import type { Weight } from '../weight/weight.ts';
import type { CallArguments } from './inner-call.ts';
import { type Layer, type LayerConfig, sameClass } from './layer.ts';
import { packedLayerInside } from './layer-args-checks.ts';
import { type KernelSplit, matricesOf } from './layer-kinds.ts';
import type { LayerMatrix } from './layer-matrix.ts';
import { LayerWrapper } from './layer-wrapper.ts';
import { storedText } from './stored-config.ts';

/** A packed matrix without its values: what a layer's configuration holds. */
export interface PackedForm {
  readonly version: number;
  readonly shape: Shape2D;
  readonly config: JsonObject;
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly dtype: PackedDtype }>>;
}

/** A matrix of a {@link PackedLayer}. */
export interface PackedLayerMatrix {
  /** Name of the matrix in the layer, e.g. `'kernel'`. */
  readonly name: string;
  readonly format: CompressedFormat;
  /** With its values; without them when they come from a file. */
  readonly packed: PackedForm | PackedMatrix;
}

/**
 * What a {@link PackedLayer} saves between calls: `'speed'` keeps its matrices unpacked, as factors where the layer computes with them
 * and they are small, otherwise as the weight itself; `'memory'` keeps the packed bytes alone and unpacks them for each call.
 */
export type Preference = 'speed' | 'memory';

/** Arguments of a {@link PackedLayer}. */
export interface PackedLayerArgs {
  /** The layer whose matrices are packed, not built yet; it belongs to the new one. */
  readonly layer: Layer;
  readonly matrices: readonly PackedLayerMatrix[];
  /** How the kernel of a Conv2D layer was read. Default `'filters'`. */
  readonly split?: KernelSplit;
  /** Default `'speed'`. */
  readonly prefer?: Preference;
}

const ARRAYS = {
  float32: Float32Array,
  int32: Int32Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
} as const;

/** A packed matrix in its place, with the weights that hold its tensors. */
interface Place extends LayerMatrix {
  readonly format: CompressedFormat;
  readonly form: PackedForm;
  readonly stored: Readonly<Record<string, LayerVariable>>;
  /** Shape of the weight that it stands for. */
  readonly weightShape: readonly number[];
}

/**
 * A layer for inference around another one, some of whose matrices are stored as packed bytes, so that `model.save` writes just those:
 * float32 tensors as they are, all others as int32 words. They are unpacked at the first call, or at each one. It does not train.
 *
 * Weights, in order: those of the inner layer that are not packed, then the packed tensors.
 */
export class PackedLayer extends LayerWrapper {
  static readonly className = 'PackedLayer';
  #matrices: readonly PackedLayerMatrix[];
  readonly #split: KernelSplit;
  readonly #prefer: Preference;
  #places: readonly Place[] = [];
  readonly #weights = new UntilWritten<readonly Weight[]>((weights) => {
    for (const weight of weights) weight.dispose();
  });

  /**
   * @throws GCompressError `invalid-option` or `unknown-option` for arguments of another type, `file-oversized` for packed tensors that are
   * far larger than their matrix.
   */
  constructor(args: PackedLayerArgs) {
    super(packedLayerInside(args));
    const { layer, matrices, split = 'filters', prefer = 'speed' } = args;
    for (const { name, packed } of matrices) assertPackedSize(`layer '${layer.name}' matrix '${name}'`, formOf(packed));
    this.trainable = false;
    this.#matrices = matrices;
    this.#split = split;
    this.#prefer = prefer;
    // The weights that go are made and dropped again, so that their initializers must cost nothing
    layer.setFastWeightInitDuringBuild(true);
  }

  /** The weights of the inner layer that are not packed. */
  get keptWeights(): LayerVariable[] {
    const packed = new Set(this.#places.map(({ weight }) => weight));
    return this.inner.weights.filter((weight) => !packed.has(weight));
  }

  override get trainableWeights(): LayerVariable[] {
    return [];
  }

  override get nonTrainableWeights(): LayerVariable[] {
    return [...this.keptWeights, ...super.nonTrainableWeights];
  }

  override setFastWeightInitDuringBuild(): void {
    super.setFastWeightInitDuringBuild(true);
  }

  override build(inputShape: Shape | Shape[]): void {
    super.build(inputShape);
    const all = matricesOf(this.inner, this.#split) ?? [];
    this.#places = this.#matrices.map(({ name, format, packed }) => {
      const form = formOf(packed);
      const matrix = all.find((candidate) => candidate.name === name);
      if (!matrix || String(matrix.view.shape) !== String(form.shape)) throw wrongPlace(this, name, form, matrix);
      const weightShape = matrix.weight.shape as number[];
      matrix.weight.dispose();
      return { ...matrix, format, form, weightShape, stored: this.#addStored(name, packed) };
    });
    this.replaceWeights(this.#places.map(({ weight }) => weight));
    // The weights have the values now
    this.#matrices = this.#places.map(({ name, format, form }) => ({ name, format, packed: form }));
  }

  override call(inputs: Tensor | Tensor[], args: CallArguments = {}): Tensor | Tensor[] {
    const stored = this.#places.flatMap((place) => Object.values(place.stored).map((weight) => weight.read()));
    try {
      return this.innerCall.run(
        inputs,
        args,
        this.#weights.get(stored, () => this.#unpack()),
      );
    } finally {
      if (this.#prefer === 'memory') this.#weights.clear();
    }
  }

  override getConfig(): LayerConfig {
    const matrices = this.#matrices.map(({ name, format, packed }) => ({ name, format: format.id, ...formOf(packed) }));
    return { ...super.getConfig(), packed: storedText({ split: this.#split, prefer: this.#prefer, matrices }) };
  }

  /** A layer with the same arguments and no values yet. */
  remake(config: LayerConfig): PackedLayer {
    const layer = sameClass(this.inner, this.innerConfig(config));
    return new PackedLayer({ layer, matrices: this.#matrices, split: this.#split, prefer: this.#prefer });
  }

  protected override disposeWeights(): number {
    this.#weights.clear();
    return super.disposeWeights();
  }

  #addStored(matrixName: string, packed: PackedForm | PackedMatrix): Record<string, LayerVariable> {
    const stored = Object.entries(formOf(packed).tensors).map(([name, { shape, dtype }]) => {
      assertElementLimit(elementCount(shape), `layer '${this.name}' tensor '${name}'`);
      const length = Math.ceil((elementCount(shape) * ARRAYS[dtype].BYTES_PER_ELEMENT) / 4);
      const type = dtype === 'float32' ? 'float32' : 'int32';
      const weightName = `${matrixName}/${name}`;
      const weight = this.addWeight(weightName, [length], type, initializers.zeros(), undefined, false);
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

  #unpack(): readonly Weight[] {
    const { use } = this.innerCall;
    // Everything that a hostile file can make fail comes first
    const parts = this.#places.map((place) => ({ ...place, factors: place.format.unpack(storedMatrix(place)), use }));
    return parts.map((part) => inferenceWeight(part));
  }
}

/** Packed tensors may be larger than their matrix, but not without bound: a file announces them before its bytes are there. */
const LARGEST_RATIO = 4;
/** What small matrices may take all the same, in bytes. */
const ALWAYS_ALLOWED = 2 ** 16;

function assertPackedSize(where: string, { shape, tensors }: PackedForm): void {
  const limit = LARGEST_RATIO * elementCount(shape) * Float32Array.BYTES_PER_ELEMENT + ALWAYS_ALLOWED;
  const bytes = Object.values(tensors).reduce(
    (sum, tensor) => sum + elementCount(tensor.shape) * ARRAYS[tensor.dtype].BYTES_PER_ELEMENT,
    0,
  );
  if (bytes <= limit) return;
  throw new GCompressError('file-oversized', {
    where,
    expected: `packed tensors of at most ${limit} bytes for a matrix [${shape.join(', ')}]`,
    actual: `${bytes}`,
    hint: 'The model was written by another program, damaged, or is hostile.',
  });
}

function storedMatrix({ format, form, stored }: Place): PackedMatrix {
  const tensors = Object.entries(form.tensors).map(([name, { shape, dtype }]) => {
    // A copy, because tfjs may hand out its own memory
    const { buffer } = bytesOf(stored[name].read().dataSync()).slice();
    return [name, { shape, data: new ARRAYS[dtype](buffer, 0, elementCount(shape)) }] as const;
  });
  return { ...form, format: format.id, tensors: Object.fromEntries(tensors) };
}

/** float32 values as they are, all others as int32 words, the last filled up with zeros. */
function wordsOf(data: PackedTensor['data']): Float32Array | Int32Array {
  if (data instanceof Float32Array) return data;
  const words = new Int32Array(Math.ceil(data.byteLength / 4));
  new Uint8Array(words.buffer).set(bytesOf(data));
  return words;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function formOf({ version, shape, config, tensors }: PackedForm | PackedMatrix): PackedForm {
  const forms = Object.entries(tensors).map(([name, stored]) => {
    const dtype = 'data' in stored ? packedDtype(stored.data) : stored.dtype;
    return [name, { shape: stored.shape, dtype }] as const;
  });
  return { version, shape, config, tensors: Object.fromEntries(forms) };
}

function wrongPlace(
  layer: Layer,
  name: string,
  { shape }: PackedForm,
  matrix: LayerMatrix | undefined,
): GCompressError {
  return new GCompressError('shape-mismatch', {
    where: `layer '${layer.name}'`,
    expected: matrix ? `a matrix '${name}' [${matrix.view.shape.join(', ')}]` : `a layer with a matrix '${name}'`,
    actual: matrix ? `[${shape.join(', ')}]` : 'one without',
  });
}
