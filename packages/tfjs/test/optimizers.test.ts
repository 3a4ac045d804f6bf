// Every method trains under plain gradient descent, momentum and Adam, at a rate at which the uncompressed network trains.
import { createRandom, type MatrixCompressor } from '@gcompress/core';
import { linearAlpha } from '@gcompress/scheduler';
import { normalMatrix } from '@gcompress/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { everyMethod } from './methods.ts';
import { useOperators, variableOf } from './operators.ts';

const [INPUTS, HIDDEN, OUTPUTS, EXAMPLES] = [32, 64, 4, 32];
/** The loss of a network that answers the same for every example. */
const CHANCE = Math.log(OUTPUTS);
const COMPRESSED_AT = 6;
const STEPS = 24;

const optimizers: readonly (readonly [name: string, create: () => tf.Optimizer])[] = [
  ['plain gradient descent', () => tf.train.sgd(0.5)],
  ['momentum', () => tf.train.momentum(0.05, 0.9)],
  ['Adam', () => tf.train.adam(0.005)],
];

const operatorOn = useOperators({
  compressor: everyMethod[0][1],
  schedule: linearAlpha({ begin: 0, end: COMPRESSED_AT, frequency: 1 }),
});

/** Loss when alpha has just reached 0, and after more steps; without a compressor, at the same steps. */
async function losses(create: () => tf.Optimizer, compressor?: MatrixCompressor): Promise<[number, number]> {
  const random = createRandom(5);
  const x = tf.tensor2d(normalMatrix([EXAMPLES, INPUTS], 6).data, [EXAMPLES, INPUTS]);
  const labels = Int32Array.from({ length: EXAMPLES }, () => random.integer(OUTPUTS));
  const y = tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), OUTPUTS), 'float32'));
  const scaled = (rows: number, cols: number, seed: number) => {
    const { shape, data } = normalMatrix([rows, cols], seed);
    return { shape, data: data.map((entry) => entry / Math.sqrt(rows)) };
  };
  const output = variableOf(scaled(HIDDEN, OUTPUTS, 7));
  const hidden = scaled(INPUTS, HIDDEN, 8);
  const op = compressor && operatorOn(hidden, { compressor });
  const matrix = op?.variables.matrix ?? variableOf(hidden);
  const loss = () => {
    const product = op ? op.applyMatMul(x) : tf.matMul(x, matrix);
    return tf.losses.softmaxCrossEntropy(y, tf.matMul(tf.relu(product), output)) as tf.Scalar;
  };
  const now = () => tf.tidy(() => loss().dataSync()[0]);
  const optimizer = create();
  let compressed = Number.NaN;
  for (let step = 0; step < STEPS; step++) {
    if (step === COMPRESSED_AT + 1) compressed = now();
    optimizer.minimize(loss, false, [...(op?.trainableVariables ?? [matrix]), output]);
    await op?.runUpdateStep(step);
  }
  const last = now();
  optimizer.dispose();
  // tfjs forgets the learning rate of its momentum optimizer
  if ('c' in optimizer) tf.dispose(optimizer.c as tf.Scalar);
  tf.dispose([x, y, output, ...(op ? [] : [matrix])]);
  return [compressed, last];
}

describe.each(optimizers)('%s', (_, create) => {
  it('trains the uncompressed network', async () => {
    const [before, after] = await losses(create);
    expect(after).toBeLessThan(before);
  });

  it.each(everyMethod)('trains what is compressed by %s', async (_, compressor) => {
    const [before, after] = await losses(create, compressor);
    expect(after).toBeLessThan(before);
    // What diverges ends there
    expect(after).toBeLessThan(CHANCE);
  });
});
