// Computes outputs of graph nodes, with a bounded number of bytes at a time.
import { GCompressError } from '@gcompress/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type CalibratedGraph, modelInputs, nodeName } from './calibrated-graph.ts';

/** Most outputs of unknown size in one run. */
const MOST_UNKNOWN = 8;

/** Something that reads outputs of nodes. */
interface Reader {
  /** Names such as `relu` or `split:1`, read together. */
  readonly sources: readonly string[];
}

/** Runs a graph model for the outputs of its nodes. */
export class NodeOutputs {
  readonly #model: CalibratedGraph;
  readonly #maxBytes: number;
  /** Bytes of each output in the run before. */
  readonly #bytes = new Map<string, number>();
  /** Tensors that belong to the model; an output may be one of them and must not be disposed. */
  readonly #constants: ReadonlySet<number>;
  #isAsynchronous = false;

  constructor(model: CalibratedGraph, maxBytes: number) {
    this.#model = model;
    this.#maxBytes = maxBytes;
    this.#constants = new Set(Object.values(model.weights).flatMap((tensors) => tensors.map(({ id }) => id)));
  }

  /** Calls back with each reader and its tensors, which are disposed afterwards. Readers of the same outputs should follow each other. */
  async visit<R extends Reader>(
    feeds: readonly Tensor[],
    readers: readonly R[],
    use: (reader: R, inputs: readonly Tensor[]) => Promise<void>,
  ): Promise<void> {
    for (const group of this.#groups(readers)) {
      const names = [...new Set(group.flatMap(({ sources }) => sources))];
      const tensors = await this.#outputs(feeds, names);
      const kept = new Set([...this.#constants, ...feeds.map(({ id }) => id)]);
      try {
        for (const [name, { size, dtype }] of tensors) this.#bytes.set(name, size * (dtype === 'bool' ? 1 : 4));
        for (const reader of group) {
          await use(
            reader,
            reader.sources.map((name) => tensors.get(name) as Tensor),
          );
        }
      } finally {
        for (const tensor of tensors.values()) if (!kept.has(tensor.id)) tensor.dispose();
      }
    }
  }

  /** Readers whose outputs fit the memory together. */
  *#groups<R extends Reader>(readers: readonly R[]): Generator<R[]> {
    let group: R[] = [];
    let names = new Set<string>();
    for (const reader of readers) {
      const together = new Set([...names, ...reader.sources]);
      const known = [...together].map((name) => this.#bytes.get(name));
      const bytes = known.reduce((sum: number, own) => sum + (own ?? 0), 0);
      const unknown = known.filter((own) => own === undefined).length;
      const isFull = bytes > this.#maxBytes || (unknown > 0 && together.size > MOST_UNKNOWN);
      if (isFull && group.length > 0) {
        yield group;
        group = [];
        names = new Set();
      }
      group.push(reader);
      for (const name of reader.sources) names.add(name);
    }
    if (group.length > 0) yield group;
  }

  async #outputs(feeds: readonly Tensor[], names: readonly string[]): Promise<Map<string, Tensor>> {
    const { weights } = this.#model;
    const inputs = modelInputs(this.#model);
    const given = (name: string): Tensor | undefined => {
      const input = inputs.findIndex((one) => nodeName(one.name) === nodeName(name));
      return input >= 0 ? feeds[input] : weights[nodeName(name)]?.[0];
    };
    const asked = names.filter((name) => !given(name));
    const answers = asked.length > 0 ? await this.#execute(feeds, asked) : [];
    return new Map(names.map((name) => [name, given(name) ?? answers[asked.indexOf(name)]]));
  }

  async #execute(feeds: readonly Tensor[], names: readonly string[]): Promise<Tensor[]> {
    // Appends the number of the output, because a bare name may be a signature key for a different output
    const outputs = names.map((name) => (name.includes(':') ? name : `${name}:0`));
    try {
      if (!this.#isAsynchronous) {
        try {
          return [this.#model.execute([...feeds], outputs)].flat();
        } catch (error) {
          // TensorFlow.js throws this for control flow and for shapes that depend on values
          if (!String(error).includes('executeAsync')) throw error;
          this.#isAsynchronous = true;
        }
      }
      return [await this.#model.executeAsync([...feeds], outputs)].flat();
    } catch (cause) {
      throw new GCompressError('unsupported', {
        where: 'calibrate',
        expected: 'a model that predicts the inputs',
        actual: cause instanceof Error ? cause.message : String(cause),
        cause,
      });
    }
  }
}
