import {
  assertElementLimit,
  type CompressedFormat,
  elementCount,
  type Factor,
  type JsonObject,
  type PackedDtype,
  type PackedMatrix,
  packedDtype,
  type Shape2D,
} from '@gcompress/core';
import { dispose, keep, matMul, type serialization, type Tensor, tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers, type Shape } from '@tensorflow/tfjs-layers';
import { CompressedKernel } from '../compressed-kernel.ts';
import type { DenseArgs } from './compressed-dense.ts';
import type { Layer, LayerConfig } from './compressed-layer.ts';
import { activationOf, denseOutput } from './dense-output.ts';

/** A packed matrix without its values: what a layer's configuration holds. */
export interface PackedForm {
  readonly version: number;
  readonly shape: Shape2D;
  readonly config: JsonObject;
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly dtype: PackedDtype }>>;
}

/** Arguments of {@link PackedDense}: those of Dense, and the stored form of its kernel. */
export type PackedDenseArgs = DenseArgs & {
  readonly format: CompressedFormat;
  readonly packed: PackedForm | PackedMatrix;
};

const ARRAYS = {
  float32: Float32Array,
  int32: Int32Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
} as const;

/**
 * A Dense layer for inference whose weights are the stored form of a compressed kernel, so that `model.save` writes just those
 * bytes: float32 tensors as they are, all others as int32 words. They are unpacked once, at the first call: to the factors where
 * the format can multiply with them, to the dense kernel where it cannot.
 */
export class PackedDense extends layers.Layer {
  static readonly className = 'PackedDense';
  readonly #format: CompressedFormat;
  readonly #form: PackedForm;
  /** A stock layer that is never built: it checks and holds the arguments. */
  readonly #dense: Layer;
  readonly #activation: Layer | undefined;
  #packed: Readonly<Record<string, LayerVariable>> = {};
  #bias: LayerVariable | undefined;
  #unpacked: UnpackedKernel | undefined;

  constructor({ format, packed, ...args }: PackedDenseArgs) {
    super({ ...(args as unknown as LayerConfig), trainable: false });
    this.#format = format;
    this.#form = formOf(packed);
    this.#dense = layers.dense({ ...args, name: this.name });
    this.#activation = activationOf(this.#dense);
    this.supportsMasking = true;
  }

  override build(inputShape: Shape | Shape[]): void {
    const zeros = initializers.zeros();
    const add = (name: string, length: number, dtype: 'float32' | 'int32') =>
      this.addWeight(name, [length], dtype, zeros, undefined, false);
    const packed = Object.entries(this.#form.tensors).map(([name, { shape, dtype }]) => {
      assertElementLimit(elementCount(shape), `layer '${this.name}' tensor '${name}'`);
      const bytes = elementCount(shape) * ARRAYS[dtype].BYTES_PER_ELEMENT;
      return [name, add(name, Math.ceil(bytes / 4), dtype === 'float32' ? 'float32' : 'int32')] as const;
    });
    this.#packed = Object.fromEntries(packed);
    const { useBias } = this.#dense.getConfig() as { useBias?: boolean };
    if (useBias) this.#bias = add('bias', this.#form.shape[1], 'float32');
    super.build(inputShape);
  }

  /** Puts in the stored values and the bias `[n]`. */
  fill(packed: PackedMatrix, bias: Tensor | undefined): void {
    tidy(() => {
      for (const [name, weight] of Object.entries(this.#packed)) {
        const { data } = packed.tensors[name];
        if (data instanceof Float32Array) {
          weight.write(tensor1d(data, 'float32'));
        } else {
          const words = new Int32Array(Math.ceil(data.byteLength / 4));
          new Uint8Array(words.buffer).set(bytesOf(data));
          weight.write(tensor1d(words, 'int32'));
        }
      }
      if (bias) this.#bias?.write(bias);
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return this.#dense.computeOutputShape(inputShape);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const kernel = this.#unpackedKernel();
    return denseOutput(inputs, {
      shape: this.#form.shape,
      multiply: (x) => kernel.multiply(x),
      bias: this.#bias?.read(),
      activation: this.#activation,
    });
  }

  override getConfig(): serialization.ConfigDict {
    // A string, because tfjs rewrites the case of keys when it saves a configuration
    const packed = JSON.stringify({ format: this.#format.id, ...this.#form });
    return { ...this.#dense.getConfig(), ...super.getConfig(), packed };
  }

  protected override disposeWeights(): number {
    this.#disposeUnpacked();
    return super.disposeWeights();
  }

  /** The unpacked kernel; made again when the weights were written since. */
  #unpackedKernel(): UnpackedKernel {
    const of = Object.values(this.#packed).map((weight) => weight.read().dataId);
    if (this.#unpacked && of.every((dataId, i) => dataId === this.#unpacked?.of[i])) return this.#unpacked;
    const factors = this.#format.unpack(this.#storedMatrix());
    this.#disposeUnpacked();
    const made = { of, ...unpackedKernel(this.#format, this.#form, factors) };
    this.#unpacked = made;
    return made;
  }

  #storedMatrix(): PackedMatrix {
    const tensors = Object.entries(this.#form.tensors).map(([name, { shape, dtype }]) => {
      // A copy, because tfjs may hand out its own memory
      const { buffer } = Uint8Array.from(bytesOf(this.#packed[name].read().dataSync()));
      return [name, { shape, data: new ARRAYS[dtype](buffer, 0, elementCount(shape)) }] as const;
    });
    return { ...this.#form, format: this.#format.id, tensors: Object.fromEntries(tensors) };
  }

  #disposeUnpacked(): void {
    dispose(this.#unpacked?.kept ?? []);
    this.#unpacked = undefined;
  }
}

/** What a stored kernel is unpacked to. */
interface UnpackedKernel {
  /** The stored tensors that it was made from. */
  readonly of: readonly object[];
  /** Tensors to dispose with it. */
  readonly kept: Tensor[];
  /** `x [b, m] → [b, n]`. */
  readonly multiply: (x: Tensor) => Tensor;
}

/** The factors where products with them are cheap, otherwise the dense kernel alone. Kept, because layers are called in a tidy. */
function unpackedKernel(
  format: CompressedFormat,
  { shape, config }: PackedForm,
  unpacked: Readonly<Record<string, Factor>>,
): Omit<UnpackedKernel, 'of'> {
  const entries = Object.entries(unpacked).map(([name, factor]) => {
    return [name, keep(tensor(factor.data, [...factor.shape], factor.dtype))] as const;
  });
  const factors = Object.fromEntries(entries);
  const kernel = new CompressedKernel({ format, form: { shape, config }, factors, constant: true });
  if (kernel.usesFactors) return { kept: Object.values(factors), multiply: (x) => kernel.multiply(x) };
  const dense = keep(kernel.reconstruct());
  kernel.dispose();
  dispose(Object.values(factors));
  return { kept: [dense], multiply: (x) => matMul(x, dense) };
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
