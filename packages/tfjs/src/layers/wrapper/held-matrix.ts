// What a packed layer holds of a stored matrix between calls: one form, from which the stored words can be restored.
import type { CompressedFormat, PackedMatrix, PackedTensor } from '@gcompress/core';
import { dispose, keep, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { KernelSource, TakenOver } from '../../weight/inference-kernel.ts';
import type { InferenceSource } from '../../weight/inference-weight.ts';
import { formOf, type PackedForm, packedFromWords, wordsOf } from '../saved/packed-form.ts';
import type { StoredWeight } from '../saved/stored-weight.ts';

type Tensors = Readonly<Record<string, Tensor>>;

/** The matrix without entropy coding. */
interface Decoded {
  readonly form: PackedForm;
  /** The tensors that are held, without those that a kernel took over. */
  tensors: Tensors;
  /** Those among them that are not words of a stored weight. */
  own: Tensors;
  /** False if the stored words could not be restored. */
  readonly restorable: boolean;
  takenOver?: TakenOver;
}

/**
 * A stored matrix in the memory of a layer. It begins with the words of the stored weights. `decode` takes the entropy coding off, once, and
 * frees the coded words; `takeOver` frees what a kernel holds itself. `restore` goes back to the stored words.
 */
export class HeldMatrix implements InferenceSource {
  readonly #format: CompressedFormat;
  readonly #form: PackedForm;
  readonly #stored: Readonly<Record<string, StoredWeight>>;
  #decoded: Decoded | undefined;
  #isWritten = false;

  constructor(format: CompressedFormat, form: PackedForm, stored: Readonly<Record<string, StoredWeight>>) {
    this.#format = format;
    this.#form = form;
    this.#stored = stored;
    for (const weight of this.weights) {
      weight.beforeWrite = () => {
        this.#restoreWords();
        this.#isWritten = true;
      };
    }
  }

  get format(): CompressedFormat {
    return this.#format;
  }

  /** The stored form, without values. */
  get form(): PackedForm {
    return this.#form;
  }

  /** True if a weight was written since the last `restore`. */
  get isStale(): boolean {
    return this.#isWritten;
  }

  /** The stored weights. */
  get weights(): readonly StoredWeight[] {
    return Object.values(this.#stored);
  }

  /** Bytes of all tensors that are held. */
  get bytes(): number {
    const held = this.#decoded ? Object.values(this.#decoded.tensors) : this.weights.map((weight) => weight.read());
    return held.reduce((sum, { size }) => sum + 4 * size, 0);
  }

  /** The stored matrix as it was written; without entropy coding once that is off. */
  stored(): PackedMatrix {
    if (this.#decoded) return this.#packed();
    const words = Object.entries(this.#stored).map(([name, weight]) => [name, weight.read()] as const);
    return packedFromWords(this.#format, this.#form, Object.fromEntries(words));
  }

  /** The matrix without entropy coding, for a kernel or for unpacking many times. */
  source(): KernelSource {
    const { form, tensors } = this.#decode();
    return { format: this.#format, form, tensors, packed: () => this.#packed() };
  }

  /** Frees what a kernel holds now. */
  takeOver(takenOver: TakenOver): void {
    const decoded = this.#decode();
    if (!decoded.restorable) return;
    const left = ([name]: readonly [string, Tensor]) => !takenOver.names.includes(name);
    const freed = Object.entries(decoded.own).filter((entry) => !left(entry));
    dispose(freed.map(([, tensor]) => tensor));
    decoded.tensors = Object.fromEntries(Object.entries(decoded.tensors).filter(left));
    decoded.own = Object.fromEntries(Object.entries(decoded.own).filter(left));
    decoded.takenOver = takenOver;
    this.trim();
  }

  /** Frees the words that a read of a weight has restored. */
  trim(): void {
    if (!this.#decoded) return;
    const shared = new Set(Object.keys(this.#decoded.tensors));
    for (const name of Object.keys(this.#decoded.own)) shared.delete(name);
    for (const [name, weight] of Object.entries(this.#stored)) {
      if (!shared.has(name) && weight.holdsWords) weight.release(() => this.#restoreWords());
    }
  }

  /** Goes back to the stored words, so that weights can be written, and whatever took the matrix over can be disposed. */
  restore(): void {
    if (this.#decoded) this.#restoreWords();
    this.dispose();
  }

  /** Disposes the tensors that are not words of a stored weight. May be called again. */
  dispose(): void {
    dispose(Object.values(this.#decoded?.own ?? {}));
    this.#decoded = undefined;
    this.#isWritten = false;
  }

  #decode(): Decoded {
    if (this.#decoded) return this.#decoded;
    const packed = this.stored();
    const { codec } = this.#format;
    const found = codec ? codec.decode(packed) : packed;
    const { tensors } = found ?? packed;
    const own: Record<string, Tensor> = {};
    const all: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(tensors)) {
      if (tensor === packed.tensors[name]) all[name] = this.#stored[name].read();
      else all[name] = own[name] = keptWords(tensor);
    }
    this.#decoded = { form: formOf(found ?? packed), tensors: all, own, restorable: found !== undefined };
    this.trim();
    return this.#decoded;
  }

  #packed(): PackedMatrix {
    const { form, tensors, takenOver } = this.#decode();
    const held = Object.fromEntries(Object.entries(form.tensors).filter(([name]) => Object.hasOwn(tensors, name)));
    const packed = packedFromWords(this.#format, { ...form, tensors: held }, tensors);
    return takenOver ? { ...packed, tensors: { ...packed.tensors, ...takenOver.restore() } } : packed;
  }

  #restoreWords(): void {
    const missing = Object.entries(this.#stored).filter(([, weight]) => !weight.holdsWords);
    if (missing.length === 0) return;
    const packed = this.#packed();
    const tensors = this.#format.codec?.encode(packed, Object.keys(this.#form.tensors)) ?? packed.tensors;
    for (const [name, weight] of missing) {
      const words = keptWords(tensors[name]);
      weight.hold(words);
      words.dispose();
    }
  }
}

/** A tensor of words, which lives until it is disposed. */
function keptWords({ data }: PackedTensor): Tensor {
  return tidy(() => keep(tensor1d(wordsOf(data), data instanceof Float32Array ? 'float32' : 'int32')));
}
