// Where evaluations are kept, so that a plan that was stopped goes on where it stopped.
import type { JsonValue } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';

/** A place for evaluations by key. `@gcompress/planner/folder` has one in a folder. */
export interface EvaluationStore {
  /** The value of a key; undefined if none is stored. */
  get(key: string): Promise<JsonValue | undefined>;
  /** Stores a value. Writing the same key again replaces it. */
  set(key: string, value: JsonValue): Promise<void>;
}

/** A store in memory, for several plans of one process. */
export function memoryStore(): EvaluationStore {
  const values = new Map<string, JsonValue>();
  return {
    get: async (key) => values.get(key),
    set: async (key, value) => {
      values.set(key, value);
    },
  };
}

/** Refuses anything but a store. @throws GCompressError `invalid-option`. */
export function assertStore(where: string, store: unknown): asserts store is EvaluationStore {
  assertType(where, 'store', store, 'object', 'Pass memoryStore() or folderStore(path).');
  assertType(`${where} store`, 'get', (store as EvaluationStore).get, 'function');
  assertType(`${where} store`, 'set', (store as EvaluationStore).set, 'function');
}
