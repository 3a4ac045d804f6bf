// The public names of the entry `./backends`.
export type { BackendLoader, BackendName, BackendPackage } from './backend-packages.ts';
export { registerTrainingKernels } from './register-training-kernels.ts';
export {
  type BackendAttempt,
  type SelectBackendOptions,
  type SelectedBackend,
  selectBackend,
} from './select-backend.ts';
