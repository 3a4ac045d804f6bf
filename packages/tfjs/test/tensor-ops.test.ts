import { testTensorOps } from '@gcompress/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { tfOps } from '../src/index.ts';
import { startBackend, TEST_BACKEND } from './backend.ts';

describe.each([...new Set(['cpu', 'wasm', TEST_BACKEND] as const)])('on %s', (name) => {
  beforeAll(() => startBackend(name));

  testTensorOps<tf.Tensor>({
    runner: { describe, it },
    name: 'tfOps',
    ops: tfOps,
    toHost: ({ shape, data }) => tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32'),
    fromHost: (tensor) => ({ shape: tensor.shape, data: tensor.dataSync<'float32' | 'int32'>() }),
  });
});
