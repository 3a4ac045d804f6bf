// When the compression of a model begins by itself: once its loss, a metric or the stable rank of its matrices has settled.
import { GCompressError, type JsonObject } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '@gcompress/core/checks';
import { initialSettlingState, type Settling, type SettlingState } from '@gcompress/scheduler';
import type { TfCompressionOp } from '../../training/compression-op.ts';
import { stableRank } from '../../training/stable-rank.ts';

/** Starts a compression when a value has settled. */
export interface StartOptions {
  /** Tells when the value has settled: `settling({ … })` of `@gcompress/scheduler`. It sees one value an epoch. */
  readonly when: Settling;
  /** The loss or metric that `fit` reports, or `'stableRank'`: the mean of the matrices. Default `'loss'`. */
  readonly monitor?: string;
  /** Epochs after which the compression starts in any case, at least 1, so that it always does. */
  readonly latest: number;
}

/** Holds the steps of the operators at 0 until the compression starts. */
export class StartCondition {
  readonly monitor: string;
  /** The options that the state depends on, as a text. */
  readonly key: string;
  readonly #when: Settling;
  readonly #latest: number;
  readonly #ops: readonly TfCompressionOp[];
  #state: SettlingState = initialSettlingState;
  #started = false;

  /** @throws GCompressError `invalid-option`, `unknown-option`. */
  constructor(where: string, ops: readonly TfCompressionOp[], options: StartOptions) {
    const place = `${where} start`;
    assertKnownOptions(place, options, ['when', 'monitor', 'latest']);
    const { when, monitor = 'loss', latest } = options;
    assertSettling(place, when);
    assertType(place, 'monitor', monitor, 'string');
    assertNumber(place, 'latest', latest, { min: 1, integer: true });
    this.monitor = monitor;
    this.key = `start ${JSON.stringify([monitor, when.config])}`;
    this.#when = when;
    this.#latest = latest;
    this.#ops = ops;
  }

  /** True once the compression has started; a checkpoint keeps that in the steps of the operators. */
  get started(): boolean {
    return this.#started || this.#ops.some(({ state }) => state.steps > 0);
  }

  /** Goes on from a saved state; from the beginning without one. */
  restore(state: JsonObject | undefined): void {
    this.#state = (state as unknown as SettlingState | undefined) ?? initialSettlingState;
    this.#started = this.#when.isSettled(this.#state);
  }

  state(): JsonObject {
    return { ...this.#state };
  }

  /**
   * Counts an epoch.
   *
   * @param epoch number of the epoch, from 0.
   * @throws GCompressError `invalid-option` for a metric that `fit` does not report; `non-finite` for a value that is not a number.
   */
  async count(epoch: number, metrics: Readonly<Record<string, number>>): Promise<void> {
    if (this.started) return;
    const value = this.monitor === 'stableRank' ? await this.#meanStableRank() : this.#metric(metrics);
    this.#state = this.#when.observe(value, this.#state);
    this.#started = this.#when.isSettled(this.#state) || epoch + 1 >= this.#latest;
  }

  async #meanStableRank(): Promise<number> {
    let total = 0;
    for (const op of this.#ops) total += await stableRank(await op.matrixToCompress());
    return total / this.#ops.length;
  }

  #metric(metrics: Readonly<Record<string, number>>): number {
    if (Object.hasOwn(metrics, this.monitor)) return metrics[this.monitor];
    throw new GCompressError('invalid-option', {
      where: 'compressionCallback start.monitor',
      expected: `one of ${['stableRank', ...Object.keys(metrics)].join(', ')}`,
      actual: `'${this.monitor}'`,
    });
  }
}

function assertSettling(where: string, when: unknown): asserts when is Settling {
  const { observe, isSettled, config } = (when ?? {}) as Partial<Settling>;
  if (typeof observe === 'function' && typeof isSettled === 'function' && typeof config === 'object') return;
  throw new GCompressError('invalid-option', {
    where: `${where} when`,
    expected: 'what settling() of @gcompress/scheduler returns',
    actual: describeValue(when),
  });
}
