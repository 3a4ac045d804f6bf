// A function of `node:util` that tfjs-node calls and Node 23 removed.
interface LegacyUtil {
  isNullOrUndefined?: (value: unknown) => boolean;
}

/**
 * Imports a native package in Node by `load`. tfjs-node 4.22 calls `util.isNullOrUndefined`, which Node 23 removed. If it is missing,
 * this function restores it for good, because the package's operations call it; if the import fails, the function is removed again.
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
