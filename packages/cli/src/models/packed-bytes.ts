// Reads a packed file as bytes, from a path or an address, in one file or in several.
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { splitSource } from '@gcompress/packed/load';
import { inputError, messageOf } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';

/** Most files that a packed model is split into. */
const MOST_PARTS = 10_000;

/**
 * The bytes of a packed file; if it was split, the files are joined.
 *
 * @throws GCompressError `file-…` if a file is missing or no packed one.
 */
export async function packedBytes(name: string, { cwd }: Pick<Surroundings, 'cwd'>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of openPacked(name, cwd)()) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  if (bytes.toString('latin1', 0, 3) === 'GCM') return new Uint8Array(bytes);
  throw inputError(`'${name}'`, "a packed file, which begins with 'GCM'", 'another file', 'Pack the model first.');
}

function openPacked(name: string, cwd: string): ReturnType<typeof splitSource> {
  if (/^https?:/i.test(name)) return splitSource(new URL(name));
  const path = resolve(cwd, name);
  const partAt = (part: number) => () => piecesOf(part === 0 ? path : `${path}.${part}`, name);
  return splitSource(Array.from({ length: MOST_PARTS }, (_, part) => partAt(part)));
}

async function* piecesOf(path: string, name: string): AsyncGenerator<Uint8Array, void> {
  try {
    yield* createReadStream(path);
  } catch (cause) {
    throw inputError(`'${name}'`, 'a packed file', messageOf(cause));
  }
}
