// Kernels that multiply by compressed matrices in their stored form.
export { type InferenceKernelOptions, inferenceKernels } from './inference-kernels.ts';
