// Finds the backend that a misspelt name means.
import { BACKEND_CANDIDATES, type BackendName } from './backend-packages.ts';

/**
 * The backend that was probably meant: the backend whose package has this name or contains it (`'gpu'`, `'tfjs-node'`), or else the
 * backend whose name differs in at most two letters, and in no more than half of its letters (`'wsam'`, `'WASM'`). Undefined if no
 * backend is near.
 */
export function nearestBackend(text: string): BackendName | undefined {
  const given = text.trim().toLowerCase();
  const packaged = BACKEND_CANDIDATES.find((candidate) => given.length > 2 && candidate.package.includes(given));
  if (packaged !== undefined) return packaged.name;
  const ranked = BACKEND_CANDIDATES.map(({ name }) => ({ name, distance: editDistance(given, name) }));
  const { name, distance } = ranked.reduce((best, next) => (next.distance < best.distance ? next : best));
  // At most half of a short name, because any word of two or three letters would be near 'cpu'
  return distance <= Math.min(2, name.length / 2) ? name : undefined;
}

/** The Levenshtein distance of two words: the letters added, left out or changed. Keeps one row of the table at a time. */
function editDistance(from: string, to: string): number {
  // A very long text is not near to any name, so it is not read
  if (from.length > 2 * to.length) return from.length;
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const changed = row[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[to.length];
}
