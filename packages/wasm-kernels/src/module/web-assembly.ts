// Types of the WebAssembly interface used here, which TypeScript declares only for browsers.

/** A compiled module; it can be instantiated any number of times. */
export interface Module {
  readonly module: unique symbol;
}

/** Linear memory. */
interface Memory {
  readonly buffer: ArrayBuffer;
  /** @throws RangeError if the engine has no more memory. */
  grow(pages: number): number;
}

/** A running module. */
export interface Instance<E> {
  readonly exports: E & { readonly memory: Memory };
}

interface WebAssemblyInterface {
  compile(bytes: Uint8Array): Promise<Module>;
  readonly Instance: new <E>(module: Module) => Instance<E>;
}

/** The engine's WebAssembly; undefined if it has none. */
export function webAssembly(): WebAssemblyInterface | undefined {
  return (globalThis as unknown as { readonly WebAssembly?: WebAssemblyInterface }).WebAssembly;
}
