// Callbacks with a state that checkpoints keep.
import type { JsonObject } from '@gcompress/core';
import type { Optimizer } from '@tensorflow/tfjs-core';
import type { Logs } from './metrics.ts';

/** A callback with a state that checkpoints keep. */
export interface Resumable {
  /** What `fit` told the callback of itself: the same object for all callbacks of one `fit`. */
  readonly fit: object | undefined;
  /** Takes an epoch into account, unless it has; the state must not depend on the place of the callback in the list. */
  count(epoch: number, logs: NonNullable<Logs>): Promise<void>;
  state(): JsonObject;
}

/** The callbacks of a training that have a state, and states that were restored for them; by names that tell them apart. */
export interface Resumables {
  readonly callbacks: Map<string, Resumable>;
  readonly restored: Map<string, JsonObject>;
}

const KEY = Symbol.for('gcompress.resumables');

/**
 * What the callbacks of a training tell each other. It hangs on the optimizer, which is the one thing that `fit` and a callback that
 * was made before it have in common: a sequential model trains as another one.
 */
export function resumablesOf(optimizer: Optimizer): Resumables {
  const marked = optimizer as Optimizer & { [KEY]?: Resumables };
  const known = marked[KEY];
  if (known) return known;
  const created: Resumables = { callbacks: new Map(), restored: new Map() };
  Object.defineProperty(optimizer, KEY, { value: created });
  return created;
}
