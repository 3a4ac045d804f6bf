// Compiles AssemblyScript to a WebAssembly module without runtime, static data or start code, and writes it as TypeScript.
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { main } from 'assemblyscript/asc';

/**
 * Options of the compiler: plain 128-bit SIMD, because relaxed instructions round differently from engine to engine; no allocator and no
 * bounds checks of a runtime, because callers lay memory out themselves.
 */
const OPTIONS = [
  '--runtime',
  'stub',
  '--noAssert',
  '--enable',
  'simd',
  '--enable',
  'bulk-memory',
  '--optimizeLevel',
  '3',
  '--converge',
];

/** Other options of the compiler for one module, such as `--importMemory`. */
export type ModuleOptions = readonly string[];

/**
 * The module that `source`, the path of a file in AssemblyScript, compiles to. The same source gives the same bytes.
 *
 * @throws Error with what the compiler says.
 */
export async function compileModule(source: string, options: ModuleOptions = []): Promise<Uint8Array> {
  const outputs = new Map<string, Uint8Array>();
  const { error, stderr } = await main([basename(source), '--outFile', 'module.wasm', ...OPTIONS, ...options], {
    readFile: (name) => readFile(`${dirname(source)}/${name}`, 'utf8').catch(() => null),
    writeFile: (name, contents) => void outputs.set(name, contents as Uint8Array),
    listFiles: () => [],
  });
  const bytes = outputs.get('module.wasm');
  if (error || !bytes) throw new Error(`${source}: ${stderr.toString() || error?.message}`);
  return bytes;
}

/** TypeScript that exports the bytes of the module of `source` as base64. */
export function moduleText(bytes: Uint8Array, source: string): string {
  return [
    `// The WebAssembly module of ${source} (${bytes.length} bytes) in base64: written by \`pnpm module\`, not by hand.`,
    '',
    'export const MODULE_BYTES =',
    `  '${Buffer.from(bytes).toString('base64')}';`,
    '',
  ].join('\n');
}
