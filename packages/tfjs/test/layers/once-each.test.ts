// How often compressModel asks layers and methods, and how many files a forward pass goes through.
import { basename } from 'node:path';
import type { CompressedFormat, TensorOps } from '@gcompress/core';
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { compressedLayers, compressModel } from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { Mixing } from './layer-cases.ts';

const schedule = linearAlpha({ begin: 1, end: 4, frequency: 1 });

beforeAll(async () => {
  await useTestBackend();
});

it('compressModel asks each layer for its matrices once, and the method for each plan once', () => {
  const asked: tf.layers.Layer[] = [];
  class Counting extends Mixing {
    override compressibleMatrices() {
      asked.push(this);
      return super.compressibleMatrices();
    }
  }
  const compressor = lowRank({ rank: 2 });
  const planned: string[] = [];
  const counting = {
    ...compressor,
    plan: (shape: readonly [number, number]) => {
      planned.push(String(shape));
      return compressor.plan(shape);
    },
  };
  const model = tf.sequential({
    layers: [new Counting({ inputShape: [12], name: 'own' }), tf.layers.dense({ units: 9, name: 'fc' })],
  });
  const { model: small } = compressModel(model, { method: counting, schedule, minWeights: 0 });
  expect(planned.sort()).toEqual(['10,9', '12,10', '12,10']);
  // The layer of the given model, and the one inside the new layer
  expect(asked).toHaveLength(2);
  expect(new Set(asked).size).toBe(2);
  expect(compressedLayers(small).flatMap(({ ops }) => ops.map(({ name }) => name))).toEqual([
    'own/linear',
    'own/square',
    'fc/kernel',
  ]);
});

it('the call of a compressed Dense layer passes four files until the product of the format', () => {
  let stack = '';
  const { format } = lowRank({ rank: 2 });
  const watched: CompressedFormat<'b' | 'c'> = {
    ...format,
    multiply<T>(ops: TensorOps<T>, x: T, factors: Readonly<Record<'b' | 'c', T>>): T {
      const { stackTraceLimit } = Error;
      Error.stackTraceLimit = 100;
      stack = new Error('here').stack ?? '';
      Error.stackTraceLimit = stackTraceLimit;
      return ops.matMul(ops.matMul(x, factors.b), factors.c);
    },
  };
  const method = { ...lowRank({ rank: 2 }), format: watched };
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 9, inputShape: [8], name: 'fc' })] });
  const { model: small } = compressModel(model, { method, schedule, minWeights: 0 });
  const [layer] = compressedLayers(small);
  layer.hasUpdater = true;
  tf.tidy(() => layer.call(tf.ones([4, 8]), { training: true }) as tf.Tensor);
  const files = [...stack.matchAll(/\/tfjs\/src\/([^:?)]+)/g)].map(([, path]) => basename(path));
  expect([...new Set(files)]).toEqual([
    'factor-weight.ts',
    'blended-weight.ts',
    'inner-call.ts',
    'compressed-layer.ts',
  ]);
});
