// The weights of a model that is being rewritten, in their order.
import type { ArtifactWeight, ModelWeight } from '@gcompress/packed/weights';
import type { io } from '@tensorflow/tfjs-core';

/** A new weight of float32. */
export interface NewWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
  /** Name of the weight that it follows. */
  readonly after: string;
}

/** Weights by name. The values of the given ones are never changed. */
export class RewrittenWeights {
  #weights: readonly ModelWeight[];

  constructor(weights: readonly ModelWeight[]) {
    this.#weights = weights;
  }

  get(name: string): ModelWeight | undefined {
    return this.#weights.find((weight) => weight.name === name);
  }

  /** The weights whose name, split at slashes, fits. */
  named(fits: (path: readonly string[]) => boolean): readonly ModelWeight[] {
    return this.#weights.filter(({ name }) => fits(name.split('/')));
  }

  remove(name: string): void {
    this.#weights = this.#weights.filter((weight) => weight.name !== name);
  }

  add({ name, shape, values, after }: NewWeight): void {
    this.#weights = this.#weights.flatMap((one) =>
      one.name === after ? [one, floatWeight({ ...one, name, shape }, values)] : [one],
    );
  }

  /** Gives a weight other values, as float32 without quantization. */
  set(name: string, values: Float32Array): void {
    this.#weights = this.#weights.map((one) => (one.name === name ? floatWeight(one, values) : one));
  }

  /** All weights as artifacts hold them. */
  entries(): ArtifactWeight[] {
    return this.#weights.map(({ name, dtype, shape, spec, bytes }) => ({
      spec: { ...spec, name, dtype, shape: [...shape] } as io.WeightsManifestEntry,
      bytes,
    }));
  }
}

/** A weight of float32 in the same group, such as the weights of the model beside those of its optimizer. */
function floatWeight({ name, shape, spec }: ModelWeight, values: Float32Array): ModelWeight {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const { group } = spec;
  return { name, dtype: 'float32', shape: [...shape], spec: group === undefined ? {} : { group }, bytes };
}
