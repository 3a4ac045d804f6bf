import { checkTensorOps } from '@gcompress/testkit';
import { tfOps } from '@gcompress/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { wasmFiles } from '../src/worker/wasm-files.ts';

/** What became of one check on a backend. */
export interface BackendCheck {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped' | 'not applicable';
  readonly remark?: string | undefined;
}

declare global {
  /** Runs the suite of the testkit on a backend of TensorFlow.js. */
  var checkBackend: (name: string) => Promise<BackendCheck[]>;
}

setWasmPaths(wasmFiles);
globalThis.checkBackend = async (backend) => {
  if (!(await tf.setBackend(backend))) throw new Error(`the backend '${backend}' does not start`);
  await tf.ready();
  const results = await checkTensorOps<tf.Tensor>({
    ops: tfOps,
    toHost: ({ shape, data }) => tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32'),
    fromHost: (tensor) => ({ shape: tensor.shape, data: tensor.dataSync<'float32' | 'int32'>() }),
  });
  return results.map(({ name, outcome, remark }) => ({ name, outcome, remark }));
};
