// Saves the state of a training at its measurements, and restores it.
import { GCompressError, type JsonObject } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { restoreCheckpoint, saveCheckpoint } from '@gcompress/tfjs/callbacks';
import { type io, type Optimizer, tidy, type Variable, variable, zerosLike } from '@tensorflow/tfjs-core';
import type { HeldOutError } from './report.ts';

/** How far a training is. */
export interface Progress {
  readonly step: number;
  /** Measurements without a better one. */
  readonly waited: number;
  /** All measurements so far. */
  readonly course: readonly HeldOutError[];
  /** The best of them. */
  readonly best: number;
}

/** The variables of a training as they are, and as they were at the best measurement. */
export class TrainingRecord {
  readonly #now: readonly Variable[];
  readonly #best: readonly Variable[];
  readonly #optimizer: Optimizer;
  readonly #settings: JsonObject;

  /** @param settings what must be the same when the training is resumed. */
  constructor(now: readonly Variable[], optimizer: Optimizer, settings: JsonObject) {
    this.#now = now;
    this.#best = now.map((one) => tidy(() => variable(zerosLike(one), false)));
    this.#optimizer = optimizer;
    this.#settings = settings;
  }

  /** Takes the variables as they are for the best ones. */
  keepBest(): void {
    for (const [at, one] of this.#now.entries()) this.#best[at].assign(one);
  }

  /** Runs `read` while the variables have their best values. */
  async atBest<T>(read: () => Promise<T>): Promise<T> {
    const values = this.#now.map((one) => one.clone());
    try {
      for (const [at, one] of this.#now.entries()) one.assign(this.#best[at]);
      return await read();
    } finally {
      for (const [at, one] of this.#now.entries()) one.assign(values[at]);
      for (const one of values) one.dispose();
    }
  }

  save(handler: io.IOHandler, { step, waited, course, best }: Progress): Promise<void> {
    const list = course.map((one) => [one.step, one.error, one.matrixBytes]);
    return saveCheckpoint(this.#state(), handler, { settings: this.#settings, step, waited, course: list, best });
  }

  /**
   * Restores variables and optimizer.
   *
   * @throws GCompressError `invalid-option` for a checkpoint of a training with other settings, and what `restoreCheckpoint` throws.
   */
  async restore(handler: io.IOHandler): Promise<Progress> {
    const { settings, step, waited, course, best } = await restoreCheckpoint(this.#state(), handler);
    const own = (settings ?? {}) as JsonObject;
    for (const [name, value] of Object.entries(this.#settings)) {
      if (JSON.stringify(own[name]) !== JSON.stringify(value)) {
        throw notThis(`${name} ${JSON.stringify(value)}`, JSON.stringify(own[name]) ?? 'none');
      }
    }
    const counts = [step, waited, best].every((count) => Number.isSafeInteger(count) && Number(count) >= 0);
    const points: unknown[] = Array.isArray(course) ? course : [];
    if (!counts || !points.every(isPoint) || points.length === 0 || Number(best) >= points.length) {
      throw notThis('a checkpoint of distill', describeValue(course));
    }
    return {
      step: Number(step),
      waited: Number(waited),
      best: Number(best),
      course: points.map(([at, error, matrixBytes]) => ({ step: at, error, matrixBytes })),
    };
  }

  dispose(): void {
    for (const one of this.#best) one.dispose();
  }

  #state() {
    return { variables: [...this.#now, ...this.#best], optimizer: this.#optimizer };
  }
}

/** The error about a checkpoint of another training. */
export function notThis(expected: string, actual: string): GCompressError {
  return new GCompressError('invalid-option', {
    where: 'distill resume',
    expected,
    actual: actual.slice(0, 100),
    hint: 'Pass the model, the teacher, the inputs and the options of the training that saved the checkpoint.',
  });
}

function isPoint(value: unknown): value is [number, number, number] {
  return Array.isArray(value) && value.length === 3 && value.every(Number.isFinite);
}
