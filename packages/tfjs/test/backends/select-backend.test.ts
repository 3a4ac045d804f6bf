// Which backend is chosen, and what is said where none is.
import { isGCompressError } from '@gcompress/core';
import * as tf from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BackendLoader, type SelectBackendOptions, selectBackend } from '../../src/backends/index.ts';

const gpu = '@tensorflow/tfjs-node-gpu';
const node = '@tensorflow/tfjs-node';
const wasm = '@tensorflow/tfjs-backend-wasm';
const cpu = '@tensorflow/tfjs-backend-cpu';

const absent =
  (name: string): BackendLoader =>
  () =>
    Promise.reject(
      Object.assign(new Error(`Cannot find package '${name}' imported from here`), { code: 'ERR_MODULE_NOT_FOUND' }),
    );
const broken: BackendLoader = () =>
  Promise.reject(new Error('tfjs_binding.node can not be found at path: there.\nSee …'));
const noNative = { [gpu]: absent(gpu), [node]: broken };

/** A loader that registers a native backend, which `factory` makes. */
const registers =
  (factory: () => tf.KernelBackend): BackendLoader =>
  async () => {
    tf.registerBackend('tensorflow', factory);
  };

const refusal = (options: SelectBackendOptions) =>
  selectBackend(options).then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );

beforeEach(() => tf.setBackend('cpu'));
afterEach(() => {
  vi.restoreAllMocks();
  if (tf.findBackendFactory('tensorflow') !== null) tf.removeBackend('tensorflow');
});

describe('selectBackend', () => {
  it('takes the fastest that starts, and says why the others were passed over', async () => {
    const selected = await selectBackend({ loaders: noNative });
    expect(selected).toEqual({
      name: 'wasm',
      package: wasm,
      reason: `It is the fastest that starts here: ${gpu} is not installed; ${node} failed: tfjs_binding.node can not be found at path: there.`,
      tried: [
        { package: gpu, outcome: 'is not installed' },
        { package: node, outcome: 'failed: tfjs_binding.node can not be found at path: there' },
        { package: wasm, outcome: 'selected' },
      ],
    });
    expect(tf.getBackend()).toBe('wasm');
    expect(tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0]).toBe(11);
  });

  it('makes convolutions trainable on wasm', async () => {
    await selectBackend({ only: 'wasm' });
    const gradient = tf.grad((w) => tf.sum(tf.conv2d(tf.ones<tf.Rank.R4>([1, 3, 3, 1]), w as tf.Tensor4D, 1, 'same')));
    expect(Array.from(gradient(tf.ones([1, 2, 1, 1])).dataSync())).toEqual([9, 6]);
  });

  it('prefers the native packages, and tells them apart', async () => {
    const loaders = { [gpu]: absent(gpu), [node]: registers(() => new MathBackendCPU()) };
    const selected = await selectBackend({ loaders });
    expect([selected.name, selected.package, selected.tried.length]).toEqual(['tensorflow', node, 2]);
    expect((await selectBackend({ loaders: { [gpu]: async () => {} } })).reason).toBe('It is the fastest.');
    expect(tf.getBackend()).toBe('tensorflow');
  });

  it('passes over a backend that does not start', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    const loaders = {
      [gpu]: registers(() => {
        throw new Error('no CUDA');
      }),
      [node]: absent(node),
    };
    const selected = await selectBackend({ loaders });
    expect(selected.tried[0]).toEqual({ package: gpu, outcome: 'did not start' });
    expect(tf.getBackend()).toBe('wasm');
  });

  it.each([
    ['another copy of tfjs-core', async () => {}, 'registered its backend with another copy of @tensorflow/tfjs-core'],
    ['a missing dependency', absent('node-fetch'), "failed: Cannot find package 'node-fetch' imported from here"],
    ['something thrown that is no Error', () => Promise.reject('no'), 'failed: no'],
  ])('passes over a package with %s', async (_case, load, outcome) => {
    const selected = await selectBackend({ loaders: { [gpu]: load, [node]: absent(node) } });
    expect(selected.tried[0]).toEqual({ package: gpu, outcome });
    expect(selected.name).toBe('wasm');
  });

  it('does not import native packages outside Node', async () => {
    const isNode = tf.env().getBool('IS_NODE');
    tf.env().set('IS_NODE', false);
    const load = vi.fn(broken);
    const selected = await selectBackend({ loaders: { [gpu]: load, [node]: load } });
    tf.env().set('IS_NODE', isNode);
    expect(load).not.toHaveBeenCalled();
    expect(selected.tried.map(({ outcome }) => outcome)).toEqual(['needs Node', 'needs Node', 'selected']);
  });

  it('uses what the application registered, even where the package cannot be imported', async () => {
    const selected = await selectBackend({ only: 'cpu', loaders: { [cpu]: absent(cpu) } });
    expect(selected).toEqual({
      name: 'cpu',
      package: cpu,
      reason: "'cpu' was asked for.",
      tried: [{ package: cpu, outcome: 'selected' }],
    });
  });

  it('refuses when the one backend that was asked for is not there, and leaves the backend as it was', async () => {
    const error = await refusal({ only: 'tensorflow', loaders: noNative });
    expect(isGCompressError(error, 'unsupported')).toBe(true);
    expect(String(error)).toContain(
      `the backend 'tensorflow', got ${gpu} is not installed; ${node} failed: tfjs_binding`,
    );
    expect(tf.getBackend()).toBe('cpu');
  });

  it('sets the backend again that was set before one failed to start', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    const fails = registers(() => {
      throw new Error('no CUDA');
    });
    const error = await refusal({ only: 'tensorflow', loaders: { [gpu]: fails, [node]: absent(node) } });
    expect(isGCompressError(error, 'unsupported')).toBe(true);
    expect(tf.getBackend()).toBe('cpu');
    expect(tf.add(1, 2).dataSync()[0]).toBe(3);
  });

  it.each([
    ['wsam', 'wasm'],
    ['WASM', 'wasm'],
    ['wams', 'wasm'],
    ['wasm ', 'wasm'],
    ['CPU', 'cpu'],
    ['cpi', 'cpu'],
    ['tensorfow', 'tensorflow'],
    ['tensroflow', 'tensorflow'],
    ['node', 'tensorflow'],
    ['gpu', 'tensorflow'],
    ['tfjs-node', 'tensorflow'],
    ['backend-wasm', 'wasm'],
    [cpu, 'cpu'],
  ])('asks for %s whether %s is meant', async (only, meant) => {
    const error = await refusal({ only } as unknown as SelectBackendOptions);
    expect(String(error)).toMatch(
      new RegExp(`'tensorflow', 'wasm', 'cpu', got '${only}'. Did you mean '${meant}'\\?$`),
    );
  });

  it('suggests every name for each single slip in it', async () => {
    for (const name of ['tensorflow', 'wasm', 'cpu']) {
      const slips = Array.from(name, (_, i) => [
        `${name.slice(0, i)}x${name.slice(i + 1)}`,
        `${name.slice(0, i)}x${name.slice(i)}`,
        `${name.slice(0, i)}${name.slice(i + 1)}`,
      ]).flat();
      for (const only of slips) {
        const error = await refusal({ only } as unknown as SelectBackendOptions);
        expect(String(error), only).toContain(`Did you mean '${name}'?`);
      }
    }
  });

  it.each(['plaid', '', 'mps', 'w', 'metal', 'x'.repeat(1e6), 5, {}, null, []])(
    'suggests nothing for %j',
    async (only) => {
      const error = await refusal({ only } as unknown as SelectBackendOptions);
      expect(isGCompressError(error, 'invalid-option')).toBe(true);
      expect(String(error)).not.toContain('Did you mean');
    },
  );

  it.each(['webgl', 'WebGPU'])('says that %s is not tried', async (only) => {
    expect(String(await refusal({ only } as unknown as SelectBackendOptions))).toMatch(/not tried; call tf.setBackend/);
  });

  it.each([
    ['invalid-option', { only: 'webgl' }],
    ['unknown-option', { prefer: 'cpu' }],
    ['unknown-option', { loaders: { '@tensorflow/tfjs': broken } }],
    ['invalid-option', null],
    ['invalid-option', { loaders: null }],
  ])('refuses wrong options with %s', async (code, options) => {
    const error = await refusal(options as SelectBackendOptions);
    expect(isGCompressError(error, code)).toBe(true);
    expect(tf.getBackend()).toBe('cpu');
  });
});
