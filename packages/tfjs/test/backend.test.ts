import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { TEST_BACKEND, useTestBackend } from './backend.ts';

beforeAll(useTestBackend);

it('the test backend is the requested backend, and computes', () => {
  expect(tf.getBackend()).toBe(TEST_BACKEND);
  expect(tf.backend().constructor.name).toBe(
    { cpu: 'MathBackendCPU', wasm: 'BackendWasm', tensorflow: 'NodeJSKernelBackend' }[TEST_BACKEND],
  );
  expect(Array.from(tf.matMul([[1, 2]], [[3], [4]]).dataSync())).toEqual([11]);
});
