// Public API: linear-algebra kernels in WebAssembly for compression methods, passed as `kernels` of `compress`.

export { wasmKernels } from './wasm-kernels.ts';
