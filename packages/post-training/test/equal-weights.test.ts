// Models that use the same values in several places: compressed once, for all their uses, and stored once.
import { calibrate, pairedInputs } from '@gcompress/calibration';
import { createRandom } from '@gcompress/core';
import { lowRank } from '@gcompress/lowrank';
import { pack } from '@gcompress/packed';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compressNow, planModel, type SmallModel } from '../src/index.ts';
import { weightValues } from './models.ts';

const SIDE = 32;
const KERNELS = ['k0', 'k1', 'k2'];
const method = uniform({ bits: 3, steps: 'column' });

beforeAll(() => tf.setBackend('cpu'));

/** `relu(relu(x·K + b)·K + b)·K` with biases, and the same or other K in each place. */
function chain({ equal = true } = {}): tf.io.ModelArtifacts {
  const random = createRandom(3);
  const normal = (count: number, scale: number) => Float32Array.from({ length: count }, () => scale * random.normal());
  const first = normal(SIDE * SIDE, 0.25);
  const weights = KERNELS.flatMap((name, at) => [
    { name, shape: [SIDE, SIDE], values: at === 0 || equal ? first : normal(SIDE * SIDE, 0.25) },
    { name: `b${at}`, shape: [SIDE], values: normal(SIDE, 0.1) },
  ]);
  const float = { T: { type: 'DT_FLOAT' }, dtype: { type: 'DT_FLOAT' } };
  const product = { ...float, transpose_a: { b: false }, transpose_b: { b: false } };
  const shape = { dim: [-1, SIDE].map((size) => ({ size: `${size}` })) };
  const node = [
    { name: 'x', op: 'Placeholder', attr: { ...float, shape: { shape } } },
    ...weights.map(({ name }) => ({ name, op: 'Const', attr: float })),
    ...KERNELS.flatMap((name, at) => [
      { name: `p${at}`, op: 'MatMul', input: [at === 0 ? 'x' : `r${at - 1}`, name], attr: product },
      { name: `s${at}`, op: 'AddV2', input: [`p${at}`, `b${at}`], attr: float },
      { name: `r${at}`, op: 'Relu', input: [`s${at}`], attr: float },
    ]),
  ];
  const end = { name: 'r2:0', dtype: 'DT_FLOAT', tensorShape: shape };
  return {
    modelTopology: { node, library: {}, versions: { producer: 1 } },
    format: 'graph-model',
    signature: { inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT', tensorShape: shape } }, outputs: { r2: end } },
    weightSpecs: weights.map(({ name, shape }) => ({ name, dtype: 'float32', shape })),
    weightData: weights.map(({ values }) => values.buffer as ArrayBuffer),
  };
}

const inputs = (seed: number) => tf.randomNormal<tf.Rank.R2>([128, SIDE], 0, 1, 'float32', seed);

/** The stored weight that each kernel shares. */
function sharing({ report }: SmallModel): (string | undefined)[] {
  return KERNELS.map((name) => report.weights.find((weight) => weight.name === name)?.copyOf);
}

async function errorOf(small: SmallModel): Promise<number> {
  const [original, compressed] = await Promise.all([
    tf.loadGraphModel({ load: async () => chain() }),
    tf.loadGraphModel(small.handler),
  ]);
  const error = tf.tidy(() => {
    const x = inputs(9);
    const [a, b] = [original, compressed].map((model) => model.predict(x) as tf.Tensor);
    return tf.norm(tf.sub(a, b)).dataSync()[0] / tf.norm(a).dataSync()[0];
  });
  original.dispose();
  compressed.dispose();
  return error;
}

const SHARED = [undefined, 'k0', 'k0'];

it('compressNow stores equal kernels once, and pack writes the file that it reports', async () => {
  const small = await compressNow(chain(), { method });
  expect(sharing(small)).toEqual(SHARED);
  const { bytes } = await pack(small.artifacts, { matrices: small.matrices });
  expect(bytes.length).toBe(small.report.bytes);
  expect([...small.matrices.keys()]).toEqual(KERNELS);
  const others = await compressNow(chain({ equal: false }), { method });
  const [kernel] = small.report.weights;
  expect(others.report.bytes - small.report.bytes).toBeGreaterThan(1.9 * kernel.bytes);
});

it('kernels for which a function chooses different methods stay different', async () => {
  const small = await compressNow(chain(), {
    method: ({ name }) => (name === 'k1' ? 'float32' : uniform({ bits: name === 'k0' ? 3 : 4 })),
  });
  expect(sharing(small)).toEqual([undefined, undefined, undefined]);
  expect(small.matrices.size).toBe(2);
  expect(weightValues(small.artifacts).k1).toEqual(weightValues(tfArtifacts(chain())).k1);
});

it('low-rank nodes of equal kernels share their factors', async () => {
  const small = await compressNow(chain(), { method: lowRank({ rank: 4 }) });
  expect(small.report.lowRank?.split.map(({ name }) => name)).toEqual(KERNELS);
  const factors = small.report.weights.filter(({ factorOf }) => factorOf !== undefined);
  expect(factors.map(({ factorOf, copyOf }) => [factorOf, copyOf !== undefined])).toEqual([
    ['k0', false],
    ['k0', false],
    ['k1', true],
    ['k1', true],
    ['k2', true],
    ['k2', true],
  ]);
  expect(await errorOf(small)).toBeLessThan(1.2);
});

describe('with knowledge of the inputs', () => {
  it('moments of all places are summed, so that equal kernels stay equal', async () => {
    const model = await tf.loadGraphModel({ load: async () => chain() });
    const { moments } = await calibrate(model, inputs(1));
    const [small, plain] = [
      await compressNow(chain(), { method, inputMoments: moments }),
      await compressNow(chain(), { method }),
    ];
    expect(sharing(small)).toEqual(SHARED);
    expect(await errorOf(small)).toBeLessThan(await errorOf(plain));
    model.dispose();
  });

  it('sequentially, the first that is used is compressed for its inputs, and each has a bias of its own', async () => {
    const sequential = pairedInputs(inputs(1), { load: tf.loadGraphModel });
    const [small, plain] = [await compressNow(chain(), { method, sequential }), await compressNow(chain(), { method })];
    expect(sharing(small)).toEqual(SHARED);
    const { k0, k1, k2, b0, b1 } = weightValues(small.artifacts);
    expect([k1, k2]).toEqual([k0, k0]);
    expect(b0).not.toEqual(b1);
    expect(await errorOf(small)).toBeLessThan(await errorOf(plain));
  });
});

describe('a size in bytes', () => {
  it('counts equal kernels once', async () => {
    const one = (await compressNow(chain(), { method: uniform({ bits: 8 }) })).report.bytes;
    const small = await compressNow(chain(), { budget: { bytes: one } });
    expect(sharing(small)).toEqual(SHARED);
    expect(small.report.bytes).toBeLessThanOrEqual(one);
    expect(small.report.bytes).toBeGreaterThan(0.95 * one);
    // Three kernels of their own have a third of the bits each
    const apart = await compressNow(chain({ equal: false }), { budget: { bytes: one } });
    expect(small.report.weights[0].relativeError).toBeLessThan(0.1 * apart.report.weights[0].relativeError);
  });

  it('is what a plan expects, whose memory counts each kernel', async () => {
    const packed = 1200;
    const { plan, methodOf, curve } = await planModel(chain(), {
      limits: { packed },
      multiplyAdds: new Map(KERNELS.map((name) => [name, SIDE * SIDE])),
    });
    if (!plan) throw new Error('no plan');
    const small = await compressNow(chain(), { method: methodOf(plan) });
    expect(sharing(small)).toEqual(SHARED);
    expect(plan.sizes.packed).toBeGreaterThan(0.9 * packed);
    expect(plan.sizes.packed).toBeLessThanOrEqual(packed);
    expect(Math.abs(small.report.bytes - packed)).toBeLessThan(0.1 * packed);
    const entries = 3 * SIDE * SIDE + 3 * SIDE;
    expect(plan.sizes.memory).toBe(4 * entries);
    expect(plan.sizes.multiplyAdds).toBe(3 * SIDE * SIDE);
    expect(curve.length).toBeGreaterThan(2);
  });
});

/** The artifacts with their data in one buffer. */
function tfArtifacts(artifacts: tf.io.ModelArtifacts): tf.io.ModelArtifacts {
  const data = Buffer.concat((artifacts.weightData as ArrayBuffer[]).map((piece) => new Uint8Array(piece)));
  return { ...artifacts, weightData: new Uint8Array(data).buffer };
}
