// The kernels that operators, layers and size targets compress with.
import { lowRank } from '@gcompress/lowrank';
import { compressAtOnce, linearAlpha } from '@gcompress/scheduler';
import { uniform } from '@gcompress/uniform';
import { wasmKernels } from '@gcompress/wasm-kernels';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { SizeTarget, TfCompressionOp } from '../../src/index.ts';
import { compressModel } from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, compile, smallNetwork, train } from '../networks.ts';

beforeAll(async () => {
  await useTestBackend();
});

const method = lowRank({ rank: 4 });
const schedule = compressAtOnce();

async function factorsWith(kernels: { kernels?: 'portable' }, update = {}) {
  const variable = tf.variable(tf.randomNormal([40, 30], 0, 1, 'float32', 3));
  const op = new TfCompressionOp(variable, { compressor: method, schedule, ...kernels });
  expect(op.kernelsAtCompression).toBeUndefined();
  await op.runUpdateStep(0, update);
  const { factors } = await op.toCompressedMatrix();
  const named = {
    kernels: op.kernelsAtCompression,
    factors: Object.values(factors).map(({ data }) => Array.from(data)),
  };
  op.dispose();
  variable.dispose();
  return named;
}

describe('an operator', () => {
  it('compresses with WebAssembly by default, and with plain JavaScript or other kernels on request', async () => {
    const byDefault = await factorsWith({});
    expect(byDefault.kernels).toBe('wasm');
    const portable = await factorsWith({ kernels: 'portable' });
    expect(portable.kernels).toBe('portable');
    expect(await factorsWith({}, { kernels: 'portable' })).toEqual(portable);
    expect(await factorsWith({ kernels: 'portable' }, { kernels: await wasmKernels() })).toEqual(byDefault);
  });

  it('refuses other options', async () => {
    const variable = tf.variable(tf.zeros([40, 30]));
    const wrong = { kernels: 'wasm' as 'portable' };
    expect(() => new TfCompressionOp(variable, { compressor: method, schedule, ...wrong })).toThrow(/'portable'/);
    const op = new TfCompressionOp(variable, { compressor: method, schedule });
    await expect(op.runUpdateStep(0, wrong)).rejects.toThrow(/kernels: expected kernels or 'portable'/);
    expect(() => compressModel(smallNetwork(), { method, schedule, ...wrong })).toThrow(/'portable'/);
    op.dispose();
    variable.dispose();
  });
});

it('reports the kernels of each matrix of a model', async () => {
  for (const [kernels, name] of [
    [undefined, 'wasm'],
    ['portable', 'portable'],
  ] as const) {
    const option = kernels === undefined ? {} : { kernels };
    const { model, callback, report } = compressModel(smallNetwork(), { method, schedule, minWeights: 100, ...option });
    const named = () => report().compressed.map((matrix) => matrix.kernels);
    expect(named()).toEqual([undefined, undefined]);
    compile(model);
    await train(model, classes(), 1, [callback]);
    expect(named()).toEqual([name, name]);
    model.dispose();
  }
});

it('brings matrices to a size with the kernels of the target', async () => {
  const variable = tf.variable(tf.randomNormal([40, 30], 0, 1, 'float32', 3));
  for (const [kernels, name] of [
    [undefined, 'wasm'],
    ['portable', 'portable'],
  ] as const) {
    const op = new TfCompressionOp(variable, {
      compressor: uniform({ lambda: 1e-3 }),
      schedule: linearAlpha({ begin: 0, end: 4, frequency: 1, refactorEvery: 1 }),
      name: `sized with ${name}`,
    });
    const target = new SizeTarget([op], { bytes: 600, ...(kernels && { kernels }) });
    await target.assertReachable();
    await target.runUpdateStep(0);
    expect(op.kernelsAtCompression).toBe(name);
    op.dispose();
  }
  variable.dispose();
});
