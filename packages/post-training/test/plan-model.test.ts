// Plans of whole models, and how far the compressed models are from them.
import { channelGains, syntheticInputs } from '@gcompress/calibration';
import { createRandom } from '@gcompress/core';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { memoryStore } from '@gcompress/planner';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compressNow, type ModelPlan, planModel, type SmallModel } from '../src/index.ts';
import { artifactsOf, graphArtifacts, pictureNetwork } from './models.ts';

beforeAll(() => tf.setBackend('cpu'));

/** One dense layer with drawn weights, large enough to be sampled. */
function largeModel(): tf.io.ModelArtifacts {
  const [rows, columns] = [300, 400];
  const random = createRandom(4);
  const layer = { name: 'wide', units: columns, use_bias: false, dtype: 'float32', batch_input_shape: [null, rows] };
  return {
    format: 'layers-model',
    modelTopology: {
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
      model_config: {
        class_name: 'Sequential',
        config: { name: 'large', layers: [{ class_name: 'Dense', config: layer }] },
      },
    },
    weightSpecs: [{ name: 'wide/kernel', shape: [rows, columns], dtype: 'float32' }],
    weightData: Float32Array.from({ length: rows * columns }, () => random.normal() ** 3).buffer,
  };
}

/** The sum of the squared relative errors of all compressed weights. */
async function measured(model: Parameters<typeof compressNow>[0], { methodOf, plan }: ModelPlan) {
  if (!plan) throw new Error('a plan without limits');
  const { report } = await compressNow(model, { method: methodOf(plan) });
  const names = new Set(plan.choices.filter(({ cost }) => cost > 0).map(({ name }) => name));
  const errors = report.weights.filter(({ name }) => names.has(name)).map(({ relativeError }) => relativeError ** 2);
  return { bytes: report.bytes, error: errors.reduce((sum, error) => sum + error, 0) };
}

describe('the compressed model is as planned', () => {
  it.each([3500, 8000])('for %d bytes of the packed file', async (packed) => {
    const model = pictureNetwork();
    const planned = await planModel(model, { limits: { packed } });
    const { bytes, error } = await measured(model, planned);
    expect(planned.plan?.sizes.packed).toBeLessThanOrEqual(packed);
    expect(planned.plan?.sizes.packed).toBeGreaterThan(0.9 * packed);
    expect(Math.abs(bytes - packed)).toBeLessThan(0.05 * packed);
    expect(error / (planned.plan?.error ?? 0)).toBeGreaterThan(0.85);
    expect(error / (planned.plan?.error ?? 0)).toBeLessThan(1.15);
  });

  it('also where the plan saw only a sample of the columns', async () => {
    const planned = await planModel(largeModel(), { limits: { packed: 50_000 }, sampledValues: 20_000 });
    expect(planned.values).toEqual({ all: 120_000, evaluated: 20_100 });
    const { bytes, error } = await measured(largeModel(), planned);
    const { range = [0, 0] } = planned.plan ?? {};
    expect(error).toBeGreaterThan(0.9 * range[0]);
    expect(error).toBeLessThan(1.1 * range[1]);
    expect(range[1]).toBeLessThan(1.3 * range[0]);
    expect(Math.abs(bytes / (planned.plan?.sizes.packed ?? 0) - 1)).toBeLessThan(0.04);
    const whole = await planModel(largeModel(), {
      limits: { packed: 50_000 },
      sampledValues: Number.POSITIVE_INFINITY,
    });
    expect(whole.values).toEqual({ all: 120_000, evaluated: 120_000 });
  });
});

it('a smaller error takes more bytes along the curve, and a limit on the error takes the fewest bytes', async () => {
  const { curve, plan } = await planModel(graphArtifacts());
  expect(plan).toBeUndefined();
  for (const [i, { sizes, error }] of curve.slice(1).entries()) {
    expect(sizes.packed).toBeGreaterThan(curve[i].sizes.packed ?? 0);
    expect(error).toBeLessThan(curve[i].error);
  }
  const middle = curve[Math.floor(curve.length / 2)];
  const best = await planModel(graphArtifacts(), { limits: { error: middle.error } });
  expect(best.within({ packed: 1e6 }).error).toBe(best.curve.at(-1)?.error);
  expect(best.plan?.sizes.packed).toBeLessThanOrEqual(middle.sizes.packed ?? 0);
  expect(best.plan?.gap).toBe(0);
});

it('gains and sensitivities move bytes to the weights whose errors cost more', async () => {
  const model = pictureNetwork();
  const [noise] = syntheticInputs(model.inputs);
  const gains = await channelGains(model, noise);
  const { plan } = await planModel(model, { limits: { packed: 5000 }, channelGains: gains });
  expect(plan?.error).toBeGreaterThan(0);
  const errorOfA = async (a: number) => {
    const sensitivity = new Map([['a', a]]);
    const { plan } = await planModel(graphArtifacts(), { limits: { packed: 2200 }, sensitivity });
    return plan?.choices.find(({ name }) => name === 'a')?.form.error ?? Number.NaN;
  };
  expect(await errorOfA(100)).toBeLessThan(await errorOfA(0.01));
});

describe('limits on memory and multiply-adds', () => {
  const candidates = [uniform, lowRank, kMeans({ levels: 4 })];
  const multiplyAdds = new Map([
    ['a', 24 * 64],
    ['c', 6 * 64],
  ]);

  it('choose products of factors', async () => {
    const limits = { packed: 5000, memory: 6000, multiplyAdds: 1400 };
    const { plan } = await planModel(graphArtifacts(), { limits, candidates, multiplyAdds });
    expect(plan?.sizes.memory).toBeLessThanOrEqual(6000);
    expect(plan?.sizes.multiplyAdds).toBeLessThanOrEqual(1400);
    expect(plan?.choices.map(({ form }) => form.method)).toContain('lowrank');
  });

  it('are refused with the least possible where no product helps', async () => {
    const limits = { memory: 1000 };
    const dense = 4 * (24 * 64 + 64 + 6 * 64);
    await expect(planModel(graphArtifacts(), { limits })).rejects.toThrow(`memory: expected at least ${dense},`);
    const least = await planModel(graphArtifacts(), { limits: { packed: 1 } }).catch((error) => error);
    expect(least).toMatchObject({ code: 'budget-unreachable' });
    const packed = Number(/at least (\d+),/.exec(least.message)?.[1]);
    expect((await planModel(graphArtifacts(), { limits: { packed } })).plan?.sizes.packed).toBe(packed);
  });
});

it('measured models correct the errors of plan and curve, and limits hold for the corrected error', async () => {
  const sizes: number[] = [];
  const measure = ({ report }: SmallModel) => {
    sizes.push(report.bytes);
    // Outputs whose error grows with the square of the weights' errors
    return 100 * report.weights.reduce((sum, { relativeError }) => sum + relativeError ** 2, 0) ** 2;
  };
  const [plain, corrected] = [await planModel(graphArtifacts()), await planModel(graphArtifacts(), { measure })];
  expect(sizes.length).toBe(8);
  expect(sizes[7]).toBeGreaterThan(sizes[0]);
  for (const [i, { error }] of plain.curve.entries()) {
    // Below the smallest measured error, the error stays in proportion to the sum
    if (error < 1e-3) continue;
    expect(corrected.curve[i].error / (100 * error ** 2)).toBeGreaterThan(0.8);
    expect(corrected.curve[i].error / (100 * error ** 2)).toBeLessThan(1.25);
  }
  const { plan } = await planModel(graphArtifacts(), { measure, limits: { error: 1 } });
  expect(plan?.error).toBeLessThanOrEqual(1 + 1e-9);
  expect(plan?.error).toBeGreaterThan(0.7);
  await expect(planModel(graphArtifacts(), { measure: () => Number.NaN })).rejects.toThrow('planModel measure');
});

it('a plan that was stopped goes on from its store', async () => {
  const store = memoryStore();
  let evaluations = 0;
  const counting = {
    ...store,
    set: async (key: string, value: Parameters<typeof store.set>[1]) => {
      evaluations++;
      await store.set(key, value);
    },
  };
  const controller = new AbortController();
  const onProgress = (done: number) => done > 0.4 && controller.abort(new Error('enough'));
  const options = { limits: { packed: 3000 }, store: counting };
  await expect(planModel(graphArtifacts(), { ...options, signal: controller.signal, onProgress })).rejects.toThrow(
    'enough',
  );
  const before = evaluations;
  expect(before).toBeGreaterThan(0);
  const resumed = await planModel(graphArtifacts(), options);
  const all = evaluations;
  expect(all).toBeGreaterThan(before);
  const again = await planModel(graphArtifacts(), options);
  expect(evaluations).toBe(all);
  const formsOf = ({ plan }: ModelPlan) =>
    plan?.choices.map(({ form: { method, options, error } }) => [method, options, error]);
  expect(formsOf(again)).toEqual(formsOf(resumed));
  expect((await planModel(graphArtifacts(), { limits: { packed: 3000 } })).plan?.error).toBe(resumed.plan?.error);
});

it('the model is not changed, and no tensors are left', async () => {
  const model = pictureNetwork();
  const before = await artifactsOf(model);
  const { numTensors } = tf.memory();
  await planModel(model, { limits: { packed: 5000 } });
  expect(tf.memory().numTensors).toBe(numTensors);
  expect((await artifactsOf(model)).weightData).toEqual(before.weightData);
});

it.each([
  [{ limit: 3 }, 'unknown-option'],
  [{ limits: { bytes: 3 } }, 'unknown-option'],
  [{ goal: 'packed' }, 'invalid-option'],
  [{ sampledValues: 0 }, 'invalid-option'],
  [{ sensitivity: new Map([['z', 1]]) }, 'invalid-option'],
  [{ limits: { multiplyAdds: 5 } }, 'invalid-option'],
  [{ store: 3 }, 'invalid-option'],
])('refuses %j', async (options, code) => {
  await expect(planModel(graphArtifacts(), options as never)).rejects.toMatchObject({ code });
});
