// Runs our WebAssembly module on the heap of tfjs's wasm backend. tfjs does not document this heap, so it is tested first.
import { type backend, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { MODULE_BYTES } from './module-bytes.ts';

/** The exports of the module in `assembly`. All arguments are addresses or counts. */
export interface ModuleExports {
  blocksLanes(...args: number[]): void;
  blocksVector(...args: number[]): void;
  bytesBatch(...args: number[]): void;
  codebookBatch(...args: number[]): void;
  codebookVector(...args: number[]): void;
  dictionaryLanes(...args: number[]): void;
  dictionaryVector(...args: number[]): void;
  fromLanes(...args: number[]): void;
  scaleColumns(...args: number[]): void;
  scaleTo(...args: number[]): void;
  signsLanes(...args: number[]): void;
  signsVector(...args: number[]): void;
  sparseLanes(...args: number[]): void;
  sparseVector(...args: number[]): void;
  toLanes(...args: number[]): void;
  turnBack(...args: number[]): void;
}

/** The module, and where tensors lie in its memory. */
export interface SharedHeap {
  readonly module: ModuleExports;
  /** The address of the values of a tensor, as long as the tensor lives. */
  address(tensor: Tensor): number;
}

/** The members of the global `WebAssembly` that are used here; TypeScript declares them only for browsers. */
interface WebAssemblyGlobal {
  readonly Memory: new (descriptor: { initial: number }) => object;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

/** The members of tfjs 4.22's wasm backend that are used here. */
interface WasmBackend {
  readonly wasm?: { readonly asm?: { readonly memory?: unknown } };
  readonly dataIdMap?: { get(dataId: object): { readonly memoryOffset?: unknown } | undefined };
}

/** Undefined if this backend has no such heap, if the engine has no SIMD, or if a page forbids WebAssembly. */
export function openSharedHeap(current: ReturnType<typeof backend>): SharedHeap | undefined {
  const { wasm, dataIdMap } = current as WasmBackend;
  const { WebAssembly: engine } = globalThis as { readonly WebAssembly?: WebAssemblyGlobal };
  const memory = wasm?.asm?.memory;
  if (!dataIdMap || !engine || !(memory instanceof engine.Memory)) return undefined;
  const address = (tensor: Tensor) => Number(dataIdMap.get(tensor.dataId)?.memoryOffset);
  try {
    const compiled = new engine.Module(bytesOf(MODULE_BYTES));
    const { exports } = new engine.Instance(compiled, { env: { memory } });
    const heap = { module: exports as ModuleExports, address };
    return addsInPlace(heap) ? heap : undefined;
  } catch {
    return undefined;
  }
}

/** True if the module finds the values of tensors, and tfjs finds what the module writes. */
function addsInPlace({ module, address }: SharedHeap): boolean {
  return tidy(() => {
    const rows = tensor1d([1, 2, 3, 4, 5, 6]);
    const lanes = tensor1d(new Float32Array(24));
    if (!Number.isInteger(address(rows)) || !Number.isInteger(address(lanes))) return false;
    module.toLanes(address(rows), 2, 3, address(lanes));
    const expected = [1, 4, 0, 0, 0, 0, 0, 0, 2, 5, 0, 0, 0, 0, 0, 0, 3, 6, 0, 0, 0, 0, 0, 0];
    return lanes.dataSync().every((value, at) => value === expected[at]);
  });
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
