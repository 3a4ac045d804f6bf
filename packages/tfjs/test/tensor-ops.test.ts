import { testTensorOps } from '@gcompress/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { selectBackend } from '../src/backends/index.ts';
import { tfOps } from '../src/index.ts';

describe.each(['cpu', 'wasm'] as const)('on %s', (only) => {
  beforeAll(async () => {
    await selectBackend({ only });
  });

  testTensorOps<tf.Tensor>({
    runner: { describe, it },
    name: 'tfOps',
    ops: tfOps,
    toHost: ({ shape, data }) => tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32'),
    fromHost: (tensor) => ({ shape: tensor.shape, data: tensor.dataSync<'float32' | 'int32'>() }),
  });
});
