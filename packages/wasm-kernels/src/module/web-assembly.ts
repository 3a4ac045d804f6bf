// The part of the WebAssembly interface that is used here: TypeScript declares it only for pages.

/** A compiled module; it can be instantiated any number of times. */
export interface Module {
  readonly module: unique symbol;
}

/** Linear memory. */
interface Memory {
  readonly buffer: ArrayBuffer;
  /** @throws RangeError when there is no more. */
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

/** What the engine offers; undefined where it has no WebAssembly. */
export function webAssembly(): WebAssemblyInterface | undefined {
  return (globalThis as unknown as { readonly WebAssembly?: WebAssemblyInterface }).WebAssembly;
}
