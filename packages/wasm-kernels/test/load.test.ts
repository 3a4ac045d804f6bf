// The kernels of an option: WebAssembly by default, plain JavaScript where it is asked for or where WebAssembly does not load.
import { resolve } from 'node:path';
import { portableKernels } from '@gcompress/linalg';
import { afterEach, expect, it, vi } from 'vitest';
import { assertKernelsOption, kernelsName, loadKernels } from '../src/load.ts';
import { MODULE_BYTES } from '../src/module/module-bytes.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.doUnmock('../src/wasm-kernels.ts');
  vi.resetModules();
});

it('loads the WebAssembly kernels without an option', async () => {
  const kernels = await loadKernels();
  expect(kernelsName(kernels)).toBe('wasm');
  expect(kernels?.holdSingle).toBeTypeOf('function');
});

it('returns undefined for portable kernels, and passed kernels as they are', async () => {
  expect(await loadKernels('portable')).toBeUndefined();
  const own = { ...portableKernels };
  expect(await loadKernels(own)).toBe(own);
});

it('names kernels for reports', () => {
  const { name: _, ...nameless } = portableKernels;
  expect([undefined, portableKernels, nameless, { ...nameless, name: 'own' }].map(kernelsName)).toEqual([
    ...['portable', 'portable', 'given', 'own'],
  ]);
});

it('falls back to the portable kernels where WebAssembly is missing or forbidden', async () => {
  const forbidden = {
    compile: () => Promise.reject(new Error('Refused to compile or instantiate WebAssembly module')),
  };
  for (const webAssembly of [undefined, forbidden]) {
    vi.resetModules();
    vi.stubGlobal('WebAssembly', webAssembly);
    const fresh = await import('../src/load.ts');
    expect(fresh.kernelsName(await fresh.loadKernels())).toBe('portable');
  }
});

it('falls back to the portable kernels if the file of the module cannot be fetched', async () => {
  vi.doMock('../src/wasm-kernels.ts', () => {
    throw new TypeError('Failed to fetch dynamically imported module');
  });
  const fresh = await import('../src/load.ts');
  expect(await fresh.loadKernels()).toBeUndefined();
});

it('refuses anything but kernels and the word portable', () => {
  for (const wrong of ['wasm', 1, null, {}, () => 0]) {
    expect(() => assertKernelsOption('compressNow', wrong)).toThrow(
      /^compressNow kernels: expected kernels or 'portable', got /,
    );
  }
  for (const right of [undefined, 'portable', portableKernels]) {
    expect(() => assertKernelsOption('compressNow', right)).not.toThrow();
  }
});

it('stays out of the file that a bundler makes of what imports it', async () => {
  const { build } = await import('vite');
  const built = await build({
    configFile: false,
    root: resolve(import.meta.dirname, '..'),
    logLevel: 'error',
    build: {
      write: false,
      modulePreload: false,
      rolldownOptions: { input: resolve(import.meta.dirname, '../src/load.ts'), preserveEntrySignatures: 'strict' },
    },
  });
  const files = (Array.isArray(built) ? built : [built]).flatMap((each) => ('output' in each ? each.output : []));
  const chunks = files.flatMap((file) => (file.type === 'chunk' ? [file] : []));
  const carriers = chunks.filter(({ code }) => code.includes(MODULE_BYTES.slice(0, 64)));
  expect(carriers.map(({ isEntry, isDynamicEntry }) => ({ isEntry, isDynamicEntry }))).toEqual([
    { isEntry: false, isDynamicEntry: true },
  ]);
  const loadedAtOnce = chunks.filter(({ isDynamicEntry }) => !isDynamicEntry);
  expect(loadedAtOnce.flatMap(({ moduleIds }) => moduleIds.filter((id) => id.includes('linalg')))).toEqual([]);
});
