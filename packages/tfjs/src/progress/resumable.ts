// Callbacks whose state checkpoints keep.
import type { JsonObject } from '@gcompress/core';
import type { Optimizer } from '@tensorflow/tfjs-core';
import type { Logs } from './metrics.ts';

/** A callback whose state checkpoints keep. */
export interface Resumable {
  /** The parameters of the running `fit`: the same object for all callbacks of one `fit`. */
  readonly fit: object | undefined;
  /** Counts an epoch, once. It may be called early, so that the state does not depend on the order of the callbacks. */
  count(epoch: number, logs: NonNullable<Logs>): Promise<void>;
  state(): JsonObject;
}

/** The callbacks of a training that have a state, and the states restored for them, by unique names. */
export interface Resumables {
  readonly callbacks: Map<string, Resumable>;
  readonly restored: Map<string, JsonObject>;
}

const KEY = Symbol.for('gcompress.resumables');

/**
 * The resumable callbacks of a training. They are kept on the optimizer, because `fit` shares only the optimizer with a callback that
 * was made before it: a Sequential model trains through an inner model.
 */
export function resumablesOf(optimizer: Optimizer): Resumables {
  const marked = optimizer as Optimizer & { [KEY]?: Resumables };
  const known = marked[KEY];
  if (known) return known;
  const created: Resumables = { callbacks: new Map(), restored: new Map() };
  Object.defineProperty(optimizer, KEY, { value: created });
  return created;
}
