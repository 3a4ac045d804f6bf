// Moments of the inputs of compressed matrices, for the compressions while a model trains.
import { GCompressError, type InputMoments } from '@gcompress/core';
import { assertInputMoments, describeValue } from '@gcompress/core/checks';
import type { TfCompressionOp } from '../../training/compression-op.ts';
import type { CompressedLayer } from '../wrapper/compressed-layer.ts';

/** Second moments of the inputs of weights, by the names of the weights: `moments` of `calibrate` of `@gcompress/calibration`. */
export type MomentsByName = ReadonlyMap<string, InputMoments>;

/** Moments that are known before the training, or what gathers them whenever a matrix is compressed. */
export type MomentsSource = MomentsByName | (() => MomentsByName | Promise<MomentsByName>);

/** Finds the moments for the matrices that are due. Matrices whose methods use no moments get none. */
export class TrainingMoments {
  readonly #where: string;
  /** The operators whose compressors use moments, with the names under which these may be given. */
  readonly #names: ReadonlyMap<TfCompressionOp, readonly string[]>;
  readonly #source: MomentsSource;

  /** @throws GCompressError `invalid-option` when no method uses moments, or for moments of other matrices. */
  constructor(where: string, layers: readonly CompressedLayer[], source: unknown) {
    this.#where = `${where} inputMoments`;
    const all = layers.flatMap((layer) => layer.compressedWeights);
    const using = all.filter(({ op }) => op.compressor.accepts?.includes('inputMoments'));
    if (using.length === 0) {
      throw new GCompressError('invalid-option', {
        where: this.#where,
        expected: 'a method that uses moments',
        actual: [...new Set(all.map(({ op }) => op.compressor.method))].join(', '),
        hint: 'Leave inputMoments out, or choose a method that accepts them, such as lowRank.',
      });
    }
    this.#names = new Map(using.map(({ op, weight }) => [op, [weight.originalName, op.name]]));
    this.#source = typeof source === 'function' ? (source as () => MomentsByName) : this.#checked(source);
  }

  /**
   * Moments for the operators that compress at their next step. Calls the function that gathers them only if there are any.
   *
   * @param steps the next step of each operator.
   * @throws GCompressError `invalid-option` for moments of other matrices; what the function throws.
   */
  async forUpdates(steps: ReadonlyMap<TfCompressionOp, number>): Promise<ReadonlyMap<TfCompressionOp, InputMoments>> {
    const due = [...this.#names].filter(([op]) => op.nextUpdate(steps.get(op) ?? 0).compresses);
    if (due.length === 0) return new Map();
    const source = this.#source;
    const moments = typeof source === 'function' ? this.#checked(await source()) : source;
    return new Map(
      due.flatMap(([op, names]) => {
        const own = found(moments, names);
        return own ? [[op, own] as const] : [];
      }),
    );
  }

  /** Checks moments of all matrices that may use them, so that none fails in the middle of a training. */
  #checked(moments: unknown): MomentsByName {
    if (!(moments instanceof Map)) {
      throw this.#wrong('a map from names of weights to moments', describeValue(moments));
    }
    const own = [...this.#names].flatMap(([op, names]) => {
      const known = found(moments as MomentsByName, names);
      return known ? [{ op, known }] : [];
    });
    if (own.length === 0) {
      const names = [...this.#names.values()].map(([name]) => name);
      throw this.#wrong(
        `moments of ${names.join(', ')}`,
        `moments of ${[...moments.keys()].join(', ') || 'no weight'}`,
      );
    }
    for (const { op, known } of own) assertInputMoments(`${this.#where} '${op.name}'`, known, op.form.shape[0]);
    return moments as MomentsByName;
  }

  #wrong(expected: string, actual: string): GCompressError {
    const hint = 'Pass the moments that calibrate of @gcompress/calibration gave for this model.';
    return new GCompressError('invalid-option', { where: this.#where, expected, actual, hint });
  }
}

function found(moments: MomentsByName, names: readonly string[]): InputMoments | undefined {
  return names.map((name) => moments.get(name)).find((own) => own !== undefined);
}
