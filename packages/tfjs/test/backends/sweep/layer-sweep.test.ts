// Every layer of TensorFlow.js that trains gives on wasm what it gives on cpu.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBackends } from '../both-backends.ts';
import { layerCases, layersWithoutCase, titled } from './layer-cases.ts';
import { type Outcome, outcome } from './training-pass.ts';

beforeAll(startBackends);

/** Asserts that both hold the same, to float32 sums. */
function expectSame(wasm: Outcome, cpu: Outcome): void {
  expect(Object.keys(wasm)).toEqual(Object.keys(cpu));
  for (const [name, expected] of Object.entries(cpu)) {
    const actual = wasm[name];
    expect(actual.length, name).toBe(expected.length);
    const size = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    // Written so that NaN on either side fails
    const differs = expected.findIndex((value, i) => !(Math.abs(value - actual[i]) <= 2e-5 * size));
    expect(differs, `${name} differs at`).toBe(-1);
  }
}

describe('layers on wasm', () => {
  it.each(layerCases.map(titled))('%s gives the output and the gradients of cpu', (_, layerCase) => {
    expectSame(outcome('wasm', layerCase), outcome('cpu', layerCase));
  });

  it('are all the layers that TensorFlow.js has, but for those listed with a reason', () => {
    const classes = Object.entries(tf.serialization.SerializationMap.getMap().classNameMap);
    const known = classes.filter(([, [type]]) => type.prototype instanceof tf.layers.Layer).map(([name]) => name);
    const swept = layerCases.map(({ make }) => make().getClassName());
    expect([...new Set([...swept, ...Object.keys(layersWithoutCase)])].sort()).toEqual(known.sort());
  });
});
