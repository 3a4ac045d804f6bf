// Compiles the module once, where the engine can and may.
import { MODULE_BYTES } from './module-bytes.ts';
import { type Module, webAssembly } from './web-assembly.ts';

let compiled: Promise<Module | undefined> | undefined;

/**
 * The compiled module; undefined where WebAssembly or its 128-bit SIMD is missing, or a content security policy forbids it. The engine is
 * asked once.
 */
export function compiledModule(): Promise<Module | undefined> {
  compiled ??= compile();
  return compiled;
}

async function compile(): Promise<Module | undefined> {
  const bytes = Uint8Array.from(atob(MODULE_BYTES), (char) => char.charCodeAt(0));
  try {
    return await webAssembly()?.compile(bytes);
  } catch {
    // An engine without SIMD does not know the instructions, and a content security policy refuses any module
    return undefined;
  }
}
