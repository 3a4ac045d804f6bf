// Compiles the kernels in `assembly`: `pnpm kernels` writes them to `src/loops/module-bytes.ts`, and a test compares.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The file that the module is written to. */
export const MODULE_FILE = join(PACKAGE, 'src/loops/module-bytes.ts');

/** No static data, no stack and no allocator: the module computes in memory that belongs to tfjs. */
const OPTIONS = [
  '--runtime',
  'stub',
  '--importMemory',
  '--noAssert',
  '-O3',
  '--enable',
  'simd',
  '--enable',
  'bulk-memory',
];

/** The compiled module. */
export async function compileModule(): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ['assembly/index.ts', '--outFile', 'module.wasm', ...OPTIONS, '--baseDir', PACKAGE],
    {
      writeFile: (name, contents) => {
        if (name === 'module.wasm') bytes = contents as Uint8Array;
      },
    },
  );
  if (error || !bytes) throw new Error(`the kernels do not compile: ${stderr.toString()}`);
  return bytes;
}

/** The text of {@link MODULE_FILE}. */
export function moduleText(bytes: Uint8Array): string {
  const base64 = Buffer.from(bytes).toString('base64');
  return `// The kernels in \`assembly\`, compiled: ${bytes.length} bytes. Written by \`pnpm kernels\`; a test compares it with the sources.

export const MODULE_BASE64 =
  '${base64}';
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(MODULE_FILE, moduleText(await compileModule()));
