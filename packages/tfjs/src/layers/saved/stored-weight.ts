// A weight of a layer that holds stored words, or restores them when something else in memory has the same information.
import { keep, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { LayerVariable } from '@tensorflow/tfjs-layers';

/**
 * A weight of a packed layer that is not trainable. Its layer may release the words after it took them over in another form, such as packed bits
 * instead of entropy-coded bytes. Reading the weight, as `model.save` does, restores them.
 */
export class StoredWeight extends LayerVariable {
  #words: Tensor | undefined;
  #restore: (() => void) | undefined;
  #isDisposed = false;

  private constructor(initial: Tensor, name: string) {
    super(initial, initial.dtype, name, false);
    this.#words = this.val;
  }

  /** A weight of zeros, until words are written. */
  static ofLength(length: number, dtype: 'float32' | 'int32', name: string): StoredWeight {
    const initial = zeros([length], dtype);
    const weight = new StoredWeight(initial, name);
    initial.dispose();
    return weight;
  }

  /** Called before each write, so that whatever depends on the words can restore and forget them. */
  beforeWrite: () => void = () => {};

  /** True if the words are in memory. */
  get holdsWords(): boolean {
    return this.#words !== undefined;
  }

  override read(): Tensor {
    this.assertNotDisposed();
    if (!this.#words) this.#restore?.();
    return this.#words as Tensor;
  }

  override write(value: Tensor): this {
    this.assertNotDisposed();
    if (String(value.shape) !== String(this.shape) || value.dtype !== this.dtype) {
      throw new Error(
        `Shape mismatch: ${this.dtype} ${JSON.stringify(this.shape)} vs. ${value.dtype} ${JSON.stringify(value.shape)}`,
      );
    }
    this.beforeWrite();
    this.hold(value);
    return this;
  }

  /** Holds these words, which are the stored ones, until they are released. The caller disposes its tensor. */
  hold(words: Tensor): void {
    const held = tidy(() => keep(words.clone()));
    this.#words?.dispose();
    this.#words = held;
  }

  /**
   * Frees the words.
   *
   * @param restore calls `hold` with the words.
   */
  release(restore: () => void): void {
    this.#words?.dispose();
    this.#words = undefined;
    this.#restore = restore;
  }

  override dispose(): void {
    this.assertNotDisposed();
    this.#isDisposed = true;
    this.#words?.dispose();
    this.#words = undefined;
    this.#restore = undefined;
  }

  protected override assertNotDisposed(): void {
    if (this.#isDisposed) throw new Error(`LayersVariable ${this.name} is already disposed.`);
  }
}
