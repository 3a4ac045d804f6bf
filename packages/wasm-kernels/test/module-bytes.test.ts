// The committed module is what its source compiles to, small, and without imports.
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { compileModule, moduleText } from '../../../tools/wasm/compile-module.ts';
import { MODULE_BYTES } from '../src/module/module-bytes.ts';

const LARGEST = 24 * 1024;
const bytes = Buffer.from(MODULE_BYTES, 'base64');

// The compiler takes some seconds
it('is what `pnpm module` writes', async () => {
  const source = 'assembly/index.ts';
  const compiled = await compileModule(fileURLToPath(new URL(`../${source}`, import.meta.url)));
  await expect(moduleText(compiled, source)).toMatchFileSnapshot('../src/module/module-bytes.ts');
}, 180_000);

it('is small, and imports nothing', async () => {
  expect(bytes.length).toBeLessThanOrEqual(LARGEST);
  const { Module } = Reflect.get(globalThis, 'WebAssembly');
  expect(Module.imports(new Module(bytes))).toEqual([]);
});
