// A model of which some weights are compressed, and the others are still those of the original.

import { type ArtifactWeight, joinedArtifacts, type ModelContents } from '@gcompress/packed/weights';
import type { io } from '@tensorflow/tfjs-core';
import { type Outcome, storedOutcome } from '../model/build-model.ts';

/** The weights of a model while they are compressed one after the other. */
export class ModelSoFar {
  readonly #contents: ModelContents;
  readonly #outcomes = new Map<string, Outcome>();
  readonly #stored = new Map<string, ArtifactWeight>();

  constructor(contents: ModelContents) {
    this.#contents = contents;
  }

  /** The outcome of a weight that is done. */
  outcome(name: string): Outcome | undefined {
    return this.#outcomes.get(name);
  }

  set(outcome: Outcome): void {
    const { name } = outcome.subject.weight;
    this.#outcomes.set(name, outcome);
    this.#stored.set(name, storedOutcome(outcome).weight);
  }

  /** The model with the stored values of the weights that are done. */
  artifacts(): io.ModelArtifacts {
    const { model, weights } = this.#contents;
    return joinedArtifacts(
      model,
      weights.map(({ name, dtype, shape, spec, bytes }) => {
        const given = { ...spec, name, dtype, shape: [...shape] } as io.WeightsManifestEntry;
        return this.#stored.get(name) ?? { spec: given, bytes };
      }),
    );
  }
}
