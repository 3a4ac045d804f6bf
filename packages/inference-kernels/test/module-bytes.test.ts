// The committed module is what the sources compile to.
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { compileModule, moduleText } from '../../../tools/wasm/compile-module.ts';

it('the committed module is compiled from the sources, takes at most 24 KB, and has no data of its own', async () => {
  const source = 'assembly/index.ts';
  const bytes = await compileModule(fileURLToPath(new URL(`../${source}`, import.meta.url)), ['--importMemory']);
  await expect(moduleText(bytes, source)).toMatchFileSnapshot('../src/loops/module-bytes.ts');
  expect(bytes.length).toBeLessThanOrEqual(24 * 1024);
  // Sections 6 and 11 hold globals and data, which would lie in the heap of tfjs
  expect([...sections(bytes)].filter((id) => id === 6 || id === 11)).toEqual([]);
}, 180_000);

/** The ids of the sections of a module. */
function* sections(bytes: Uint8Array): Generator<number> {
  for (let at = 8; at < bytes.length; ) {
    yield bytes[at++];
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      length |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    at += length;
  }
}
