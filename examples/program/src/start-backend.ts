// Starts the backend that a program is told to use.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type SelectedBackend, selectBackend } from '@gcompress/tfjs/backends';

/** The backends that an example can be told to use. */
export const BACKENDS = ['tensorflow', 'wasm', 'cpu'] as const;
export type Backend = (typeof BACKENDS)[number];

const NATIVE = '@tensorflow/tfjs-node-gpu';

/** Where `pnpm native:build` puts the native package, outside of the workspace. */
const BUILT = resolve(import.meta.dirname, '../../../tools/native/node_modules', NATIVE);

/**
 * Starts the backend that was asked for, or the fastest there is. The native one is taken from where `pnpm native:build` built it, if
 * it was, and looked for among the installed packages otherwise.
 *
 * @throws GCompressError `unsupported`, saying what was tried.
 */
export function startBackend(only?: Backend): Promise<SelectedBackend> {
  const built = existsSync(join(BUILT, 'lib'));
  return selectBackend({
    ...(only && { only }),
    ...(built && { loaders: { [NATIVE]: () => import(join(BUILT, 'dist/index.js')) } }),
  });
}
