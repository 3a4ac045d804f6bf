import { isGCompressError } from '@gcompress/core';
import { kMeans } from '@gcompress/kmeans';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkpointCallback, restoreCheckpoint } from '../../src/callbacks/index.ts';
import { type CompressedModel, compressModel } from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, compile, smallNetwork, weightValues } from '../networks.ts';
import { untilStep9 } from './compressed-network.ts';
import { type MemoryStore, memoryStore } from './memory-store.ts';

// biome-ignore lint/suspicious/noExplicitAny: a file may hold anything anywhere
type Anything = any;

const KEY = 'gcompress/checkpoint';
const data = classes();
let trained: CompressedModel;
let store: MemoryStore;
let good: Anything;
/** How the model is whose checkpoint is never restored. */
let before: ReturnType<typeof weightValues>;

/** With codes of a codebook, which can lead outside. */
function network(): CompressedModel {
  const rules = [{ name: 'fc2', minWeights: 256 }];
  const compressed = compressModel(smallNetwork(), { method: kMeans({ levels: 4 }), schedule: untilStep9, rules });
  compile(compressed.model, 'adam');
  return compressed;
}

beforeAll(async () => {
  await useTestBackend();
  const saved = memoryStore();
  const { model, callback } = network();
  const callbacks = [callback, checkpointCallback(model, saved, { monitor: 'loss' })];
  await model.fit(data.xs, data.ys, { epochs: 2, batchSize: 16, callbacks, verbose: 0 });
  good = saved.saved.get('last');
  trained = network();
  before = weightValues(trained.model);
  store = memoryStore();
});

afterAll(() => data.dispose());

/** Tries to go on from a checkpoint that was made from the good one. */
async function restore(change: (artifacts: Anything) => Anything): Promise<unknown[]> {
  const copy = structuredClone(good);
  const artifacts = change(copy) ?? copy;
  store.saved.set('last', artifacts);
  const handler = { load: async () => artifacts };
  const tensors = tf.memory().numTensors;
  const errors: unknown[] = [];
  for (const attempt of [
    () => restoreCheckpoint(trained.model, handler),
    () => checkpointCallback(trained.model, { ...store, handler: () => handler }, { monitor: 'loss' }).restore(),
  ]) {
    await attempt().catch((error: unknown) => errors.push(error));
  }
  // One that is taken gives the optimizer variables
  if (errors.length === 2) expect(tf.memory().numTensors).toBe(tensors);
  const wrong = errors.find((error) => !isGCompressError(error));
  if (wrong) throw wrong;
  if (errors.length < 2) trained = network();
  return errors;
}

/** Refused, and nothing changed. */
async function refused(change: (artifacts: Anything) => Anything, message: RegExp = /./): Promise<void> {
  const errors = await restore(change);
  expect(errors.length).toBe(2);
  const error = errors[1];
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message.length).toBeLessThan(1000);
  expect(trained.model.optimizer.iterations).toBe(0);
  expect(weightValues(trained.model)).toEqual(before);
}

/** Where the values of a tensor are. */
function valuesOf(artifacts: Anything, wanted: string): Int32Array | Float32Array {
  let offset = 0;
  for (const { name, shape, dtype } of artifacts.weightSpecs) {
    const length = shape.reduce((a: number, b: number) => a * b, 1);
    if (name === wanted)
      return new (dtype === 'int32' ? Int32Array : Float32Array)(artifacts.weightData, offset, length);
    offset += 4 * length;
  }
  throw new Error(`no ${wanted}`);
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 ? { a: value } : [value];
  return value;
}

describe('a hostile checkpoint is refused before anything changes', () => {
  it('when no training can have its numbers', async () => {
    const set = (name: string, at: number, value: number) => (artifacts: Anything) => {
      valuesOf(artifacts, name)[at] = value;
    };
    const iterations = 'iter';
    expect(good.weightSpecs.map(({ name }: Anything) => name)).toContain(iterations);
    await refused(set(iterations, 0, -1), /at least 0 steps/);
    for (const count of [2 ** 31, Number.POSITIVE_INFINITY, Number.NaN, 0.5]) {
      await refused((artifacts) => {
        artifacts.weightSpecs.find(({ name }: Anything) => name === iterations).dtype = 'float32';
        valuesOf(artifacts, iterations)[0] = count;
      }, /an int32 number of steps/);
    }
    const state = 'fc2/kernel/schedule_state';
    for (const [at, value] of [
      [0, -14],
      [0, 2 ** 31 - 1],
      [0, 0],
      [1, -2],
      [2, -1],
    ])
      await refused(set(state, at, value), /fc2\/kernel/);
    for (const alpha of [2.4, -1, Number.NaN, 0.3])
      await refused(set('fc2/kernel/alpha', 0, alpha), /alpha .* as its schedule gives/);
    for (const index of [4, -1, 2 ** 31 - 1])
      await refused(set('fc2/kernel/encoding', 7, index), /indices from 0 to 3/);
  });

  it('when its tensors differ from its header or size', async () => {
    const changes: ((specs: Anything[], artifacts: Anything) => Anything)[] = [
      (specs) => void specs.pop(),
      (specs) => void specs.push({ name: 'more', shape: [0], dtype: 'float32' }),
      (specs) => void Object.assign(specs[0], { name: '__proto__' }),
      (specs, { userDefinedMetadata }) => {
        specs[0].name = '__proto__';
        userDefinedMetadata[KEY].variables[0].name = '__proto__';
      },
      (_, { userDefinedMetadata }) =>
        void Object.assign(userDefinedMetadata[KEY].variables[0], { name: 'constructor' }),
      (specs) => void Object.assign(specs[1], { name: specs[0].name }),
      (specs) => void Object.assign(specs[0], { shape: [2 ** 31, 2 ** 31] }),
      (specs) => void Object.assign(specs[0], { shape: [0, 2 ** 53] }),
      (specs) => void Object.assign(specs[0], { shape: [-12, -16] }),
      (specs) => void Object.assign(specs[0], { dtype: 'string' }),
      (specs) => void Object.assign(specs[0], { dtype: 'complex64' }),
      (specs) => void Object.assign(specs[0], { dtype: 'toString' }),
      (specs) => void Object.assign(specs[0], { dtype: 'int32' }),
      (specs) => void Object.assign(specs[0], { quantization: { dtype: 'uint8', scale: 1, min: 0 } }),
      (specs) => void Object.assign(specs.at(-1), { shape: [1, specs.at(-1).shape[0]] }),
      (specs) => void specs.splice(-1, 0, specs.pop(), specs.pop()),
      (_, artifacts) => void Object.assign(artifacts, { weightData: artifacts.weightData.slice(4) }),
      (_, artifacts) => void Object.assign(artifacts, { weightData: new ArrayBuffer(0) }),
    ];
    for (const change of changes) await refused((artifacts) => change(artifacts.weightSpecs, artifacts));
  });

  it('when any value at any depth is replaced by any other value', async () => {
    const paths: (string | number)[][] = [];
    const collect = (value: unknown, path: (string | number)[]): void => {
      if (path.length > 0) paths.push(path);
      if (typeof value !== 'object' || value === null || value instanceof ArrayBuffer) return;
      const entries = Array.isArray(value)
        ? value.slice(0, 2).map((each, i) => [i, each] as const)
        : Object.entries(value);
      for (const [key, each] of entries) collect(each, [...path, key]);
    };
    for (const field of ['weightSpecs', 'weightData', 'userDefinedMetadata']) collect(good[field], [field]);
    const values = [
      null,
      undefined,
      0,
      -1,
      2 ** 53,
      1e300,
      '',
      'x',
      true,
      [],
      {},
      { toString: 1 },
      [{ toString: 1 }],
      nested(100_000),
    ];
    const put = fc.tuple(fc.constantFrom(...paths), fc.constantFrom(...values));
    await fc.assert(
      fc.asyncProperty(put, async ([path, value]) => {
        await restore((artifacts) => {
          let at = artifacts;
          for (const key of path.slice(0, -1)) at = at[key];
          at[path[path.length - 1]] = value;
        });
      }),
      { numRuns: 150 },
    );
  });

  it('when it is nested deeply or missing', async () => {
    for (const levels of [100, 100_000]) {
      await refused(
        ({ userDefinedMetadata }) => void Object.assign(userDefinedMetadata[KEY].progress, { more: nested(levels) }),
        /64 levels/,
      );
      await refused(({ weightSpecs }) => void Object.assign(weightSpecs[0], { shape: nested(levels) }));
    }
    for (const nothing of [null, undefined, 5, 'abc', [], {}])
      await refused(() => ({ ...(nothing as object), weightSpecs: nothing }));
    const { model } = trained;
    for (const nothing of [null, undefined, 5, 'abc', {}]) {
      await expect(restoreCheckpoint(model, { load: async () => nothing as never })).rejects.toMatchObject({
        code: 'file-header',
      });
    }
  });

  it('when its progress does not come from checkpointCallback', async () => {
    const progresses = [
      { epoch: -1 },
      { epoch: 1e300 },
      { epoch: { toString: 1 } },
      { epoch: 1, best: 5 },
      { epoch: 1, best: { epoch: 0, value: '1' } },
      { epoch: 1, best: null, monitor: 'loss' },
      { epoch: 1, callbacks: { a: 1 } },
      { epoch: 1, callbacks: [['earlyStop', { best: null, waited: -1 }]] },
    ];
    for (const progress of progresses) {
      const artifacts = structuredClone(good);
      artifacts.userDefinedMetadata[KEY].progress = progress;
      const only = {
        ...memoryStore(),
        has: async (name: string) => name === 'last',
        handler: () => ({ load: async () => artifacts }),
      };
      const refusal = checkpointCallback(trained.model, only, { monitor: 'loss' }).restore();
      await expect(refusal, JSON.stringify(progress)).rejects.toMatchObject({ code: 'file-header' });
    }
    expect(weightValues(trained.model)).toEqual(before);
  });

  it('but the undamaged checkpoint is accepted', async () => {
    const { model } = network();
    expect(await restoreCheckpoint(model, { load: async () => good })).toMatchObject({ epoch: 2 });
    expect(model.optimizer.iterations).toBe(8);
  });
});
