// A function of `node:util` that tfjs-node calls and Node 23 removed.
interface LegacyUtil {
  isNullOrUndefined?: (value: unknown) => boolean;
}

/**
 * Imports a native package in Node, however `load` does it. tfjs-node 4.22 calls `util.isNullOrUndefined`, which Node 23 removed. The
 * function is put back, where it is missing, for as long as the package needs it: from now on, because it is called in
 * operations; not at all when the import fails.
 */
export async function withLegacyUtil<T>(load: () => Promise<T>): Promise<T> {
  const util: LegacyUtil | undefined = process.getBuiltinModule?.('node:util');
  if (util === undefined || util.isNullOrUndefined !== undefined) return load();
  util.isNullOrUndefined = (value) => value === null || value === undefined;
  try {
    return await load();
  } catch (error) {
    delete util.isNullOrUndefined;
    throw error;
  }
}
