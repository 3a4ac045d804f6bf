// How large a folder and a public entry may be.

/** Files that one folder may hold. */
export const LARGEST_FOLDER = 15;

/** The most names that an entry may export. */
export const PUBLIC_NAMES: Readonly<Record<string, number>> = { 'packages/core/src/index.ts': 55 };
