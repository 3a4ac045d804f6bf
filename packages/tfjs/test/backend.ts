import { resolve } from 'node:path';
import { type BackendName, selectBackend } from '../src/backends/index.ts';

/** The backend that these tests run on; the variable is set by `pnpm test:wasm` and `pnpm test:native`. */
export const TEST_BACKEND = (process.env.GCOMPRESS_TEST_BACKEND ?? 'cpu') as BackendName;

/** Where `pnpm native:build` builds the native package, outside of the workspace. */
const NATIVE = resolve(
  import.meta.dirname,
  '../../../tools/native/node_modules/@tensorflow/tfjs-node-gpu/dist/index.js',
);

/** Starts the backend that the tests run on; fails where it is not there. */
export const useTestBackend = (): Promise<void> => startBackend(TEST_BACKEND);

/** Starts this backend and no other. */
export async function startBackend(only: BackendName): Promise<void> {
  await selectBackend({ only, loaders: { '@tensorflow/tfjs-node-gpu': () => import(NATIVE) } });
}
