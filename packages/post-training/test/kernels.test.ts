// The kernels that functions for whole models compute with, and their names in the reports.
import type { Kernels } from '@gcompress/core';
import { lowRank } from '@gcompress/lowrank';
import { pack } from '@gcompress/packed';
import { lowRankGraph } from '@gcompress/rewrite';
import { wasmKernels } from '@gcompress/wasm-kernels';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { compressNow, planModel, sensitivities } from '../src/index.ts';
import { artifactsOf, graphArtifacts, pictureNetwork, weightValues } from './models.ts';

beforeAll(() => tf.setBackend('cpu'));

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

const method = lowRank({ rank: 4 });

/** Kernels without a name that note which of them are called. */
async function noted(): Promise<{ kernels: Kernels; called: Set<string> }> {
  const called = new Set<string>();
  const entries = Object.entries(await wasmKernels()).flatMap(([name, loop]) => {
    if (typeof loop !== 'function') return [];
    const noting = (...args: unknown[]) => {
      called.add(name);
      return (loop as (...args: unknown[]) => unknown)(...args);
    };
    return [[name, noting] as const];
  });
  return { kernels: Object.fromEntries(entries) as unknown as Kernels, called };
}

it('compresses with WebAssembly by default, with plain JavaScript or passed kernels on request', async () => {
  const model = await artifactsOf(pictureNetwork());
  const byDefault = await compressNow(model, { method });
  const wasm = await compressNow(model, { method, kernels: await wasmKernels() });
  expect(byDefault.report).toEqual(wasm.report);
  expect(byDefault.report.kernels).toBe('wasm');
  expect(weightValues(byDefault.artifacts)).toEqual(weightValues(wasm.artifacts));

  const portable = await compressNow(model, { method, kernels: 'portable' });
  expect(portable.report.kernels).toBe('portable');
  expect(portable.report.bytes).toBe(wasm.report.bytes);
  for (const [at, { relativeError }] of portable.report.weights.entries()) {
    expect(relativeError).toBeCloseTo(wasm.report.weights[at].relativeError, 5);
  }

  const { kernels, called } = await noted();
  expect((await compressNow(model, { method, kernels })).report.kernels).toBe('given');
  expect(called.size).toBeGreaterThan(0);
});

it('compresses with plain JavaScript, to the same bytes, where WebAssembly is missing', async () => {
  const model = await artifactsOf(pictureNetwork());
  const portable = await compressNow(model, { method, kernels: 'portable' });
  vi.resetModules();
  vi.stubGlobal('WebAssembly', undefined);
  const fresh = await import('../src/index.ts');
  const { lowRank: freshLowRank } = await import('@gcompress/lowrank');
  const fallen = await fresh.compressNow(model, { method: freshLowRank({ rank: 4 }) });
  expect(fallen.report).toEqual(portable.report);
  expect(weightValues(fallen.artifacts)).toEqual(weightValues(portable.artifacts));
});

it('names the kernels of plans, packed files and low-rank graphs', async () => {
  const model = await artifactsOf(pictureNetwork());
  const graph = graphArtifacts();
  for (const kernels of ['wasm', 'portable'] as const) {
    const option = kernels === 'portable' ? { kernels } : {};
    expect((await planModel(model, { points: 2, ...option })).kernels).toBe(kernels);
    expect((await pack(model, { method, ...option })).report.kernels).toBe(kernels);
    expect((await lowRankGraph(graph, { method, minElements: 1, ...option })).kernels).toBe(kernels);
  }
  const { artifacts, matrices } = await compressNow(model, { method });
  expect((await pack(artifacts, { matrices })).report.kernels).toBeUndefined();
});

it('refuses other options', async () => {
  const wrong = { kernels: 'wasm' as 'portable' };
  const text = /kernels: expected kernels or 'portable', got/;
  await expect(compressNow(graphArtifacts(), wrong)).rejects.toThrow(text);
  await expect(planModel(graphArtifacts(), wrong)).rejects.toThrow(text);
  await expect(pack(graphArtifacts(), wrong)).rejects.toThrow(text);
  await expect(lowRankGraph(graphArtifacts(), { method, ...wrong })).rejects.toThrow(text);
  const load = () => Promise.reject(new Error('not reached'));
  await expect(sensitivities(graphArtifacts(), tf.zeros([1, 24]), { load, ...wrong })).rejects.toThrow(text);
});
