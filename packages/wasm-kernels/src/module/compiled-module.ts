// Compiles the WebAssembly module once, if the engine supports it and the page allows it.
import { MODULE_BYTES } from './module-bytes.ts';
import { type Module, webAssembly } from './web-assembly.ts';

let compiled: Promise<Module | undefined> | undefined;

/**
 * The compiled module; undefined if WebAssembly or its 128-bit SIMD is missing, or if a content security policy forbids it. It is compiled at
 * most once.
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
    // An engine without SIMD rejects the instructions, and a content security policy rejects any module
    return undefined;
  }
}
