// Kernels in WebAssembly for methods, handed over as `kernels` of `compress`.

export { wasmKernels } from './wasm-kernels.ts';
