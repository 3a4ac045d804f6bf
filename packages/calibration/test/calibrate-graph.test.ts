// Calibration of whole graph models.

import { artifactsOfGraph, flag, type Graph, geometry, graphModel } from '@gcompress/fixtures/graphs';
import { pack } from '@gcompress/packed';
import { uniform } from '@gcompress/uniform';
import { matrixWeights } from '@gcompress/weights';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { observedNodes } from '../src/graph/observed-nodes.ts';
import { calibrate } from '../src/index.ts';
import { expectClose, momentsOf, normal } from './values.ts';

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

/** Two convolutions, the second one used twice, and a product; `batch` fixes the batch size. */
function network(batch = -1): Graph {
  return {
    inputs: { picture: [batch, 6, 6, 2] },
    constants: {
      'conv/filter': normal([3, 3, 2, 4], 2),
      'conv/bias': normal([4], 3),
      'shared/filter': normal([1, 1, 4, 4], 4),
      mean: tf.tensor1d([1, 2], 'int32'),
      'head/kernel': normal([3, 4], 5),
      'constant/kernel': normal([4, 4], 6),
    },
    nodes: {
      conv: ['Conv2D', ['picture', 'conv/filter'], geometry('VALID')],
      'conv/BiasAdd': ['BiasAdd', ['conv', 'conv/bias']],
      relu: ['Relu', ['conv/BiasAdd']],
      shared: ['Conv2D', ['relu', 'shared/filter'], geometry('SAME', 2)],
      again: ['Conv2D', ['shared', 'shared/filter'], geometry('SAME')],
      pooled: ['Mean', ['again', 'mean'], { keep_dims: flag(false) }],
      folded: ['MatMul', ['constant/kernel', 'constant/kernel']],
      product: ['MatMul', ['pooled', 'folded']],
      logits: ['MatMul', ['product', 'head/kernel'], { transpose_b: flag(true) }],
      // The name of an output, which the signature gives to another node
      hidden: ['Relu', ['logits']],
    },
    output: 'hidden',
  };
}

describe('calibrate of a graph model', () => {
  it('observes the weights that pack compresses, under their names, and gives reasons for the others', async () => {
    const artifacts = artifactsOfGraph(network());
    const model = await graphModel(artifacts);
    const pictures = normal([5, 6, 6, 2]);
    const { moments, samples, skipped, warnings } = await calibrate(model, pictures);
    expect(samples).toBe(5);
    expect([...moments].map(([name, { size, count }]) => [name, size, count])).toEqual([
      ['shared/filter', 4, 2 * 5 * 4],
      ['head/kernel', 4, 5],
      ['conv/filter', 18, 5 * 16],
    ]);
    expect([...skipped]).toEqual([['constant/kernel', 'its inputs are constants']]);
    expect([...matrixWeights(artifacts).keys()].sort()).toEqual([...moments.keys(), ...skipped.keys()].sort());
    expect(warnings).toEqual([]);
    const { report } = await pack(artifacts, { method: uniform({ bits: 4 }), inputMoments: moments, minElements: 16 });
    expect(report.weights.filter(({ storedAs }) => storedAs === 'uniform').length).toBeGreaterThan(0);
    model.dispose();
    tf.dispose(pictures);
  });

  it('sums the same in runs of one node and in one run', async () => {
    const model = await graphModel(artifactsOfGraph(network()));
    const pictures = normal([5, 6, 6, 2]);
    let runs = 0;
    const counted = new Proxy(model, {
      get(target, key) {
        const value = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          if (key === 'execute') runs++;
          return value.apply(target, given);
        };
      },
    });
    const whole = await calibrate(counted, pictures, { batchSize: 2 });
    const inOne = runs;
    const parts = await calibrate(counted, pictures, { batchSize: 2, maxOutputBytes: 0 });
    // Three batches; of the first one the sizes are not known yet
    expect([inOne, runs - inOne]).toEqual([3, 1 + 2 * 3]);
    expect(parts.moments).toEqual(whole.moments);
    model.dispose();
    pictures.dispose();
  });

  it('runs a model with batch size 1 sample by sample, with the same sums', async () => {
    const [free, fixed] = [
      await graphModel(artifactsOfGraph(network())),
      await graphModel(artifactsOfGraph(network(1))),
    ];
    const pictures = normal([5, 6, 6, 2]);
    const [a, b] = [await calibrate(free, pictures), await calibrate(fixed, pictures)];
    expect(b.samples).toBe(5);
    for (const [name, { values, count }] of a.moments) {
      expect(b.moments.get(name)?.count).toBe(count);
      expectClose(b.moments.get(name)?.values, values);
    }
    await expect(calibrate(fixed, new Set([pictures]))).rejects.toThrow(
      'expected [1 samples at a time, 6, 6, 2], got [5, 6, 6, 2]',
    );
    for (const model of [free, fixed]) model.dispose();
    pictures.dispose();
  });

  it('runs a graph with branches, and leaves out constants inside them', async () => {
    const artifacts = artifactsOfGraph({
      inputs: { x: [-1, 4] },
      constants: {
        yes: tf.tensor(true, [], 'bool'),
        'inside/kernel': normal([4, 4], 2),
        'outside/kernel': normal([4, 3], 3),
      },
      nodes: {
        switch: ['Switch', ['x', 'yes']],
        inside: ['MatMul', ['switch:1', 'inside/kernel']],
        merge: ['Merge', ['switch', 'inside']],
        outside: ['MatMul', ['merge', 'outside/kernel']],
      },
      output: 'outside',
    });
    const model = await graphModel(artifacts);
    const x = normal([6, 4]);
    const { moments, skipped } = await calibrate(model, x);
    expect([...skipped]).toEqual([['inside/kernel', "MatMul 'inside' is in a loop, a branch or a function"]]);
    const rows = tf.tidy(() =>
      tf.matMul(x as tf.Tensor2D, model.weights['inside/kernel'][0] as tf.Tensor2D).arraySync(),
    );
    expectClose(moments.get('outside/kernel')?.values, momentsOf(rows as number[][]));
    model.dispose();
    x.dispose();
  });

  it('leaves out constants that are used inside functions, or both plain and transposed', async () => {
    const body = [
      { name: 'f/w', op: 'Const', attr: { dtype: { type: 'DT_FLOAT' } } },
      { name: 'f/y', op: 'MatMul', input: ['a', 'f/w:output:0'], attr: {} },
    ];
    const artifacts = artifactsOfGraph({
      inputs: { x: [-1, 4] },
      constants: { w: normal([4, 4]), 'f/w': normal([4, 4]) },
      nodes: {
        once: ['MatMul', ['x', 'w']],
        turned: ['MatMul', ['once', 'w'], { transpose_b: flag(true) }],
      },
      output: 'turned',
      functions: [{ nodeDef: body }],
    });
    const { observed, skipped } = await observedNodes({ weights: {} }, artifacts);
    expect(observed).toEqual([]);
    expect([...skipped]).toEqual([
      ['w', 'nodes use it as different matrices'],
      ['f/w', "MatMul 'f/y' is in a loop, a branch or a function"],
    ]);
  });

  it('names the constant whose inputs are not finite', async () => {
    const graph = network();
    const model = await graphModel(
      artifactsOfGraph({ ...graph, nodes: { ...graph.nodes, relu: ['Log', ['conv/BiasAdd']] } }),
    );
    const pictures = normal([5, 6, 6, 2]);
    await expect(calibrate(model, pictures)).rejects.toThrow("calibrate 'shared/filter': expected finite inputs");
    model.dispose();
    pictures.dispose();
  });

  it('refuses inputs of another type or shape', async () => {
    const model = await graphModel(artifactsOfGraph(network()));
    const [ints, small] = [tf.zeros([1, 6, 6, 2], 'int32'), tf.zeros([1, 6, 5, 2])];
    await expect(calibrate(model, ints)).rejects.toThrow("calibrate input 'picture': expected float32, got int32");
    await expect(calibrate(model, small)).rejects.toThrow('expected [samples, 6, 6, 2], got [1, 6, 5, 2]');
    model.dispose();
    tf.dispose([ints, small]);
  });
});
