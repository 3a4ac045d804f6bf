// Where WebAssembly is missing or forbidden, the portable kernels take its place.
import { portableKernels } from '@gcompress/linalg';
import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** The kernels of a fresh copy of the package with this value in the place of WebAssembly. */
async function loadedWith(webAssembly: unknown) {
  vi.resetModules();
  vi.stubGlobal('WebAssembly', webAssembly);
  const { wasmKernels } = await import('../src/index.ts');
  const { portableKernels: portable } = await import('@gcompress/linalg');
  return { kernels: await wasmKernels(), portable };
}

it('returns the portable kernels without WebAssembly', async () => {
  const { kernels, portable } = await loadedWith(undefined);
  expect(kernels).toBe(portable);
});

it('returns the portable kernels without SIMD, or when a content security policy forbids WebAssembly', async () => {
  const compile = vi.fn(() => Promise.reject(new Error('Refused to compile or instantiate WebAssembly module')));
  const { kernels, portable } = await loadedWith({ compile });
  expect(compile).toHaveBeenCalledOnce();
  expect(kernels).toBe(portable);
});

it('compiles at the first call, and once', async () => {
  vi.resetModules();
  const compile = vi.spyOn(Reflect.get(globalThis, 'WebAssembly'), 'compile');
  const { wasmKernels } = await import('../src/index.ts');
  expect(compile).not.toHaveBeenCalled();
  const [first, second] = await Promise.all([wasmKernels(), wasmKernels()]);
  expect(compile).toHaveBeenCalledOnce();
  expect(first).not.toBe(second);
  expect(Object.keys(first)).toEqual(expect.arrayContaining(Object.keys(portableKernels)));
  compile.mockRestore();
});
