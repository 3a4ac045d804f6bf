// The kernels of this package, for the wasm, cpu and webgpu backends.
import { assertKnownOptions, assertType } from '@gcompress/core/checks';
import type { InferenceKernel } from '@gcompress/tfjs/layers';
import { backend } from '@tensorflow/tfjs-core';
import { dictLearnRules } from './formats/dict-learn-rules.ts';
import { formatKernel } from './formats/format-kernel.ts';
import { kMeansRules } from './formats/k-means-rules.ts';
import { pruningRules } from './formats/pruning-rules.ts';
import { simhashRules } from './formats/simhash-rules.ts';
import type { Loops } from './loops/loops.ts';
import { portableLoops } from './loops/portable-loops.ts';
import { openSharedHeap } from './loops/shared-heap.ts';
import { simdLoops } from './loops/simd-loops.ts';
import { webGpuCodebookKernel } from './webgpu/codebook-kernel.ts';

/** Options of {@link inferenceKernels}. */
export interface InferenceKernelOptions {
  /**
   * Whether the kernels of the wasm backend use SIMD if the engine and the page allow it; otherwise they use plain JavaScript. Default true. A
   * content security policy must allow `wasm-unsafe-eval`, which the wasm backend itself needs as well.
   */
  readonly simd?: boolean;
}

const RULES = [kMeansRules, pruningRules, dictLearnRules, simhashRules];

/**
 * Kernels that multiply by k-means, pruned, dictionary and simhash matrices in their stored form, on the wasm and on the cpu backend, and by k-means
 * matrices of at most 256 levels on the webgpu backend. Pass them as
 * `inferenceKernels` to `stripCompression` or `registerCompressedLayers` of `@gcompress/tfjs/layers`. They are compiled at the first use.
 *
 * @throws GCompressError `invalid-option` or `unknown-option`.
 */
export function inferenceKernels(options: InferenceKernelOptions = {}): InferenceKernel[] {
  assertKnownOptions('inferenceKernels', options, ['simd']);
  const { simd = true } = options;
  assertType('inferenceKernels', 'simd', simd, 'boolean');
  const wasmLoops = simd ? loopsOfBackend() : () => portableLoops;
  const kernels: InferenceKernel[] = RULES.flatMap((rules) => [
    formatKernel('wasm', rules, wasmLoops),
    formatKernel('cpu', rules, () => portableLoops),
  ]);
  return [...kernels, webGpuCodebookKernel() as InferenceKernel];
}

/** SIMD loops on the heap of the current backend, opened once for each backend; plain JavaScript if there is no heap. */
function loopsOfBackend(): () => Loops {
  const opened = new WeakMap<object, Loops>();
  return () => {
    const current = backend();
    const known = opened.get(current);
    if (known) return known;
    const heap = openSharedHeap(current);
    const loops: Loops = heap ? simdLoops(heap) : portableLoops;
    opened.set(current, loops);
    return loops;
  };
}
