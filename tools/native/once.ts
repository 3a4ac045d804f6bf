// Skips steps of the build that are done already.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Makes something unless the file `stamp` says that it was made for the same key. The file lies inside what is made, so that
 * it disappears along with it, and is written last, so that nothing half made passes for finished.
 *
 * @returns whether it was made now.
 */
export function once(stamp: string, key: string, force: boolean, make: () => void): boolean {
  if (!force && existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return false;
  rmSync(stamp, { force: true });
  make();
  writeFileSync(stamp, key);
  return true;
}
