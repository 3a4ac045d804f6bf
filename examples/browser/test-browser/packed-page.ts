// A page that loads packed models, for tests and for measuring how long its tasks are.
import { packedModel, splitSource } from '@gcompress/packed/load';
import { workerModel } from '@gcompress/packed/worker';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { wasmFiles } from '../src/worker/wasm-files.ts';

/** What a page saw while it loaded a file. */
export interface Loading {
  /** Milliseconds that loading took. */
  readonly duration: number;
  /** Milliseconds that its longest tasks took, the longest first; the browser tells of those above 50. */
  readonly longTasks: readonly number[];
  /** Milliseconds of the longest wait of a timer of 1 ms. */
  readonly longestWait: number;
  /** Decoded weights. */
  readonly weights: number;
  /** How often progress was told. */
  readonly progress: number;
}

/** How a file is loaded. */
export interface LoadingOptions {
  readonly isModel?: boolean;
  readonly worker?: 'decoding' | 'missing' | undefined;
}

declare global {
  /** What a model answers to an input, on a backend. */
  var predictPacked: (
    kind: 'layers' | 'graph',
    address: string,
    backend: string,
    input: readonly number[],
  ) => Promise<number[]>;
  /**
   * Loads a file, and makes a graph model of it where that is asked for; or says why it cannot. `worker` decodes it in a worker, or in one
   * whose script is missing.
   */
  var loadPacked: (address: string, options?: LoadingOptions) => Promise<Loading | string>;
}

setWasmPaths(wasmFiles);

globalThis.predictPacked = async (kind, address, backend, input) => {
  if (!(await tf.setBackend(backend))) throw new Error(`the backend '${backend}' does not start`);
  const source = packedModel(splitSource(address));
  const model = kind === 'layers' ? await tf.loadLayersModel(source) : await tf.loadGraphModel(source);
  const shape = model.inputs[0].shape?.map((side) => side ?? 1) ?? [];
  const output = model.predict(tf.tensor([...input], shape)) as tf.Tensor;
  return [...(await output.data())];
};

globalThis.loadPacked = async (address, { isModel = false, worker } = {}) => {
  const longTasks: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks.push(duration);
  });
  observer.observe({ type: 'longtask' });
  let last = performance.now();
  let longestWait = 0;
  const timer = setInterval(() => {
    longestWait = Math.max(longestWait, performance.now() - last);
    last = performance.now();
  }, 1);
  let progress = 0;
  const began = performance.now();
  try {
    let bytes = 0;
    const options = { onProgress: () => progress++ };
    const source = worker ? workerModel(startWorker(worker), address, options) : packedModel(address, options);
    const load = async () => {
      const artifacts = (await source.load?.()) ?? {};
      bytes = tf.io.getModelArtifactsInfoForJSON({ modelTopology: {}, ...artifacts }).weightDataBytes ?? 0;
      return artifacts;
    };
    if (isModel) (await tf.loadGraphModel({ load })).dispose();
    else await load();
    const duration = performance.now() - began;
    // Entries are told a task later
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { duration, longTasks: longTasks.sort((a, b) => b - a), longestWait, weights: bytes / 4, progress };
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  } finally {
    observer.disconnect();
    clearInterval(timer);
  }
};

function startWorker(worker: 'decoding' | 'missing'): Worker {
  if (worker === 'missing') return new Worker('no-such-worker.js', { type: 'module' });
  return new Worker(new URL('./packed-worker.ts', import.meta.url), { type: 'module' });
}
