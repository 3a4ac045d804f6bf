// Both backends at once: what is computed on wasm is held against cpu, and against the kernels that wasm brings.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { createRandom } from '@gcompress/core';
import { expect } from 'vitest';
import { registerTrainingKernels } from '../../src/backends/index.ts';

/** The kernels that the wasm backend registers itself, by name. */
export const stockKernels: ReadonlyMap<string, tf.KernelConfig> = new Map(
  tf.getKernelsForBackend('wasm').map((kernel) => [kernel.kernelName, kernel]),
);

/** Runs `compute` while the wasm backend has its own kernel of this name, or none where it brings none. */
export function withStockKernel<T>(kernelName: string, compute: () => T): T {
  const ours = tf.getKernel(kernelName, 'wasm');
  const stock = stockKernels.get(kernelName);
  tf.unregisterKernel(kernelName, 'wasm');
  if (stock) tf.registerKernel(stock);
  try {
    return compute();
  } finally {
    if (stock) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel(ours);
  }
}

/** Starts both backends, so that {@link on} can switch between them at once. */
export async function startBackends(): Promise<void> {
  await tf.setBackend('cpu');
  await tf.setBackend('wasm');
  registerTrainingKernels();
}

/** What `compute` returns, as plain values with their shape, when it runs on this backend; nothing may be left behind. */
export function on(backend: 'cpu' | 'wasm', compute: () => tf.Tensor): { shape: number[]; values: number[] } {
  void tf.setBackend(backend);
  const before = tf.memory().numTensors;
  const result = tf.tidy(() => {
    const tensor = compute();
    return { shape: tensor.shape, values: Array.from(tensor.dataSync()) };
  });
  expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
  return result;
}

/** Asserts that `compute` gives the same on wasm as on cpu, to float32 sums. */
export function expectAgreement(compute: () => tf.Tensor): void {
  const [wasm, cpu] = [on('wasm', compute), on('cpu', compute)];
  expect(wasm.shape).toEqual(cpu.shape);
  const size = Math.max(1, ...cpu.values.map(Math.abs));
  const worst = Math.max(0, ...wasm.values.map((value, i) => Math.abs(value - cpu.values[i])));
  expect(worst / size).toBeLessThan(1e-5);
}

/** Normal values `shape`; the same for the same seed on every backend. */
export function normal(shape: readonly number[], seed: number): tf.Tensor {
  const random = createRandom(seed);
  const values = Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => random.normal());
  return tf.tensor(values, [...shape]);
}

/** Runs a kernel alone, without the checks that the public operations make; `attrs` as TensorFlow.js passes them. */
export function runKernel(name: string, inputs: Record<string, tf.Tensor>, attrs: object): tf.Tensor {
  return tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap) as tf.Tensor;
}
