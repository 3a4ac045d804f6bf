interface LegacyUtil {
  isNullOrUndefined?: (value: unknown) => boolean;
}

/**
 * Imports a native package in Node. Its name is not written where it is imported, so that a bundler neither follows it nor
 * fails where it is not installed.
 *
 * tfjs-node 4.22 calls `util.isNullOrUndefined`, which Node 23 removed. The function is put back, where it is missing, for
 * as long as the package needs it: from now on, because it is called in operations; not at all when the import fails.
 */
export async function importNative(name: string): Promise<unknown> {
  const util: LegacyUtil | undefined = process.getBuiltinModule?.('node:util');
  if (util === undefined || util.isNullOrUndefined !== undefined) return importByName(name);
  util.isNullOrUndefined = (value) => value === null || value === undefined;
  try {
    return await importByName(name);
  } catch (error) {
    delete util.isNullOrUndefined;
    throw error;
  }
}

function importByName(name: string): Promise<unknown> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ name);
}
