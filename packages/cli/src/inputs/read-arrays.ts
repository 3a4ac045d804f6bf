// Reads arrays from a file: .npy holds one, .npz several by name, .json one or several by name.
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { isGCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { unzipSync } from 'fflate';
import { inputError, messageOf } from '../process/refusals.ts';
import { readNpy } from './npy.ts';
import type { PlainArray } from './plain-array.ts';

/** Arrays by name, in the order of the file; a single array has an empty name. */
export type NamedArrays = ReadonlyMap<string, PlainArray>;

/**
 * Reads the arrays of a file.
 *
 * @throws GCompressError `file-read` for a file that is missing, damaged or of another kind.
 */
export async function readArrays(name: string, cwd: string): Promise<NamedArrays> {
  const where = `'${name}'`;
  const bytes = await readFile(resolve(cwd, name)).catch((cause) => {
    throw inputError(where, 'a file that can be read', messageOf(cause));
  });
  const kind = extname(name).toLowerCase();
  if (kind === '.npy') return new Map([['', readNpy(where, bytes)]]);
  try {
    if (kind === '.npz') return fromZip(where, bytes);
    if (kind === '.json') return fromJson(where, bytes.toString('utf8'));
  } catch (cause) {
    if (isGCompressError(cause)) throw cause;
    throw inputError(where, `a ${kind} file`, messageOf(cause));
  }
  throw inputError(where, 'a file that ends in .npy, .npz or .json', `'${kind}'`);
}

function fromZip(where: string, bytes: Uint8Array): NamedArrays {
  const files = Object.entries(unzipSync(bytes, { filter: ({ name }) => name.endsWith('.npy') }));
  if (files.length === 0) throw inputError(where, 'an .npz file with arrays', 'none');
  return new Map(files.map(([name, file]) => [name.slice(0, -4), readNpy(`${where}, ${name}`, file)]));
}

function fromJson(where: string, text: string): NamedArrays {
  const value: unknown = JSON.parse(text);
  if (Array.isArray(value)) return new Map([['', nested(where, value)]]);
  const entries = Object.entries((value ?? {}) as object);
  if (entries.length === 0) throw inputError(where, 'nested lists of numbers', describeValue(value));
  return new Map(entries.map(([name, array]) => [name, nested(`${where}, '${name}'`, array)]));
}

/** Nested lists of one shape; int32 if all values are integers. */
function nested(where: string, value: unknown): PlainArray {
  if (!Array.isArray(value)) throw inputError(where, 'nested lists of numbers', describeValue(value));
  const shape: number[] = [];
  for (let level: unknown = value; Array.isArray(level); level = level[0]) shape.push(level.length);
  const values: number[] = [];
  const visit = (part: unknown, axis: number): void => {
    if (axis === shape.length && typeof part === 'number') {
      values.push(part);
      return;
    }
    if (!Array.isArray(part) || part.length !== shape[axis]) {
      throw inputError(where, `nested lists of numbers of the shape [${shape.join(', ')}]`, 'others');
    }
    for (const inner of part) visit(inner, axis + 1);
  };
  visit(value, 0);
  const isInteger = values.every((each) => Number.isInteger(each) && Math.abs(each) < 2 ** 31);
  return isInteger
    ? { shape, dtype: 'int32', data: Int32Array.from(values) }
    : { shape, dtype: 'float32', data: Float32Array.from(values) };
}
