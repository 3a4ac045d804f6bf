// The npm packages that provide backends, the fastest first.
/** Name of a backend in TensorFlow.js; both native packages register `'tensorflow'`. */
export type BackendName = 'tensorflow' | 'wasm' | 'cpu';

/** An npm package that provides a backend. */
export type BackendPackage =
  | '@tensorflow/tfjs-node-gpu'
  | '@tensorflow/tfjs-node'
  | '@tensorflow/tfjs-backend-wasm'
  | '@tensorflow/tfjs-backend-cpu';

/** Imports a package, which registers its backend; rejects when the package is missing or broken. */
export type BackendLoader = () => Promise<unknown>;

/** A backend that may be installed. */
export interface BackendCandidate {
  readonly name: BackendName;
  readonly package: BackendPackage;
  /** True for a native add-on, which only Node can load. */
  readonly native: boolean;
  readonly load: BackendLoader;
}

/** All candidates, the fastest first. */
export const BACKEND_CANDIDATES: readonly BackendCandidate[] = [
  nativeCandidate('@tensorflow/tfjs-node-gpu'),
  nativeCandidate('@tensorflow/tfjs-node'),
  {
    name: 'wasm',
    package: '@tensorflow/tfjs-backend-wasm',
    native: false,
    load: () => import('@tensorflow/tfjs-backend-wasm').catch(rethrow),
  },
  {
    name: 'cpu',
    package: '@tensorflow/tfjs-backend-cpu',
    native: false,
    load: () => import('@tensorflow/tfjs-backend-cpu').catch(rethrow),
  },
];

function nativeCandidate(name: BackendPackage): BackendCandidate {
  return { name: 'tensorflow', package: name, native: true, load: () => importByName(name) };
}

/** Imports a package by a computed name, so that bundlers do not follow the import or fail if the package is not installed. */
function importByName(name: string): Promise<unknown> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ name);
}

/** Has no effect at run time. esbuild accepts a missing package only if the failure of its import is handled. */
function rethrow(error: unknown): never {
  throw error;
}
