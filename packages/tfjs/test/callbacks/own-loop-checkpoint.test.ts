import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kMeans } from '@gcompress/kmeans';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { operatorVariables, restoreCheckpoint, saveCheckpoint, type TrainingState } from '../../src/callbacks/index.ts';
import { modelFolder } from '../../src/files/index.ts';
import { TfCompressionOp } from '../../src/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes } from '../networks.ts';
import { untilStep9 } from './compressed-network.ts';
import { memoryStore } from './memory-store.ts';

let root = '';

beforeAll(async () => {
  await useTestBackend();
  root = await mkdtemp(join(tmpdir(), 'gcompress-'));
});

afterAll(() => rm(root, { recursive: true }));

const data = classes();

interface Loop extends TrainingState {
  /** Trains until this many steps are done. */
  until(steps: number): Promise<void>;
  dispose(): void;
}

/** A classifier in plain variables, whose matrix [12, 4] gets a codebook of 8 levels. */
function createLoop(name: string): Loop {
  const weights = tf.variable(tf.randomNormal([12, 4], 0, 1, 'float32', 3), true, `${name}/weights`);
  const bias = tf.variable(tf.zeros([4]), true, `${name}/bias`);
  const op = new TfCompressionOp(weights, { compressor: kMeans({ levels: 8 }), schedule: untilStep9 });
  const optimizer = tf.train.adam(0.05);
  const trained = [...op.trainableVariables, bias];
  return {
    variables: [...operatorVariables(op), bias],
    optimizer,
    operators: [op],
    async until(steps) {
      while (optimizer.iterations < steps) {
        const step = optimizer.iterations;
        const loss = () => tf.losses.softmaxCrossEntropy(data.ys, op.applyMatMul(data.xs).add(bias)).asScalar();
        optimizer.minimize(loss, false, trained);
        await op.runUpdateStep(step);
      }
    },
    dispose() {
      op.dispose();
      optimizer.dispose();
      tf.dispose([weights, bias]);
    },
  };
}

const valuesOf = ({ variables }: TrainingState) => variables.map((variable) => Array.from(variable.dataSync()));

it('a custom loop resumes bit for bit, and gets its progress back', async () => {
  const whole = createLoop('whole');
  await whole.until(14);
  const handler = modelFolder(join(root, 'loop'));
  for (const steps of [0, 5, 14]) {
    const broken = createLoop(`until ${steps}`);
    if (steps > 0) expect(await restoreCheckpoint(broken, handler)).toEqual({ lap: { of: [1, 'two'] } });
    await broken.until(steps);
    await saveCheckpoint(broken, handler, { lap: { of: [1, 'two'] } });
    if (steps === 14) expect(valuesOf(broken)).toEqual(valuesOf(whole));
    broken.dispose();
  }
  whole.dispose();
});

it('restoring takes a later training back, and leaks no tensor', async () => {
  const loop = createLoop('back');
  const handler = modelFolder(join(root, 'back'));
  await loop.until(4);
  await saveCheckpoint(loop, handler);
  const before = valuesOf(loop);
  await loop.until(12);
  const after = valuesOf(loop);
  const tensors = tf.memory().numTensors;
  await restoreCheckpoint(loop, handler);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(valuesOf(loop)).toEqual(before);
  await loop.until(12);
  expect(valuesOf(loop)).toEqual(after);
  loop.dispose();
});

it('restoring refuses an invalid state of the operators, if the operators are given', async () => {
  const loop = createLoop('hostile');
  const saved = memoryStore();
  const handler = saved.handler('last');
  await loop.until(5);
  const [, , encoding, alpha] = loop.variables;
  for (const [variable, value] of [
    [alpha, tf.scalar(2.4)],
    [encoding, tf.fill(encoding.shape, 8, 'int32')],
  ] as const) {
    const good = variable.clone();
    variable.assign(value);
    await saveCheckpoint(loop, handler);
    variable.assign(good);
    const before = valuesOf(loop);
    await expect(restoreCheckpoint(loop, handler)).rejects.toMatchObject({ code: 'file-tensor' });
    expect(valuesOf(loop)).toEqual(before);
  }
  loop.dispose();
});

it('restoring refuses variables in a different order or shape', async () => {
  const loop = createLoop('order');
  const handler = modelFolder(join(root, 'order'));
  await saveCheckpoint(loop, handler);
  const turned = { ...loop, variables: [...loop.variables].reverse() };
  await expect(restoreCheckpoint(turned, handler)).rejects.toMatchObject({ code: 'shape-mismatch' });
  const fewer = { ...loop, variables: loop.variables.slice(1) };
  await expect(restoreCheckpoint(fewer, handler)).rejects.toMatchObject({ code: 'shape-mismatch' });
  const twice = { ...loop, variables: [...loop.variables, loop.variables[0]] };
  await expect(saveCheckpoint(twice, handler)).rejects.toThrow(/two weights named 'order\/weights'/);
  loop.dispose();
});
