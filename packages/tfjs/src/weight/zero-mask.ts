// Which entries of a weight are not 0, as a mask that no gradient flows through.
import { keep, type Tensor, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { UntilWritten } from './until-written.ts';

/** The mask of a compressed weight: 1 where an entry is not 0. It is computed again after a write into the factors that decide. */
export class ZeroMask {
  readonly #mask = new UntilWritten<Tensor>((mask) => mask.dispose());

  /**
   * @param deciding the factors that decide which entries are 0.
   * @param read gives the weight as a new tensor.
   */
  constructor(
    private readonly deciding: readonly Variable[],
    private readonly read: () => Tensor,
  ) {}

  /** The mask; it belongs to this object. */
  get(): Tensor {
    return this.#mask.get([...this.deciding], () =>
      tidy(() => {
        const weight = this.read();
        // Through values, because comparisons have no gradient
        const values = Float32Array.from(weight.dataSync(), (value) => (value === 0 ? 0 : 1));
        return keep(tensor(values, weight.shape));
      }),
    );
  }

  dispose(): void {
    this.#mask.clear();
  }
}
