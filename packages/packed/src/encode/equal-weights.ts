// Finds weights with the same bytes, which are compressed once, for all the uses that the model has for them.
import { GCompressError, type InputMoments, type MatrixCompressor } from '@gcompress/core';
import { assertType, describeValue } from '@gcompress/core/checks';
import { crc32 } from '@gcompress/core/storage';
import type { ModelWeight } from './model-weights.ts';
import type { ModelContents } from './read-model.ts';

/**
 * The matrices of a model that have equals: weights of the same type, shape and bytes that the model multiplies with in the same orientation.
 *
 * @returns by the name of each such weight the names of all its equals and its own, in the order of the model.
 * @throws GCompressError `invalid-option` for anything but a result of `readModel`.
 */
export function equalWeights(contents: ModelContents): ReadonlyMap<string, readonly string[]> {
  assertType('equalWeights', 'contents', contents, 'object', 'Pass what readModel gave.');
  const { weights, kernels } = contents;
  assertType('equalWeights contents', 'kernels', kernels, 'object');
  const matrices = weights.filter(({ name, bytes }) => kernels.has(name) && bytes.length > 0);
  const groups: ModelWeight[][] = [];
  const originals = originalsOf(matrices, ({ name, dtype, shape, spec, bytes }) => {
    return { bytes, description: [dtype, shape, spec, kernels.get(name)?.swapped] };
  });
  for (const [index, original] of originals.entries()) {
    if (original === index) groups[index] = [matrices[index]];
    else groups[original].push(matrices[index]);
  }
  const equals = groups.map((group) => group.map(({ name }) => name)).filter(({ length }) => length > 1);
  return new Map(equals.flatMap((names) => names.map((name) => [name, names] as const)));
}

/** The index of the first entry of a list with the same description and bytes, for each entry. */
export function originalsOf<T>(
  list: readonly T[],
  partsOf: (entry: T) => { readonly bytes: Uint8Array; readonly description: unknown },
): number[] {
  const known = new Map<string, number[]>();
  return list.map((entry, index) => {
    const { bytes, description } = partsOf(entry);
    const key = `${crc32(bytes)} ${JSON.stringify(description)}`;
    const candidates = known.get(key) ?? [];
    // A checksum may be the same by chance, or on purpose
    const original = candidates.find((other) => areEqual(partsOf(list[other]).bytes, bytes));
    if (original === undefined) known.set(key, [...candidates, index]);
    return original ?? index;
  });
}

/** Whether two compressors make the same of a matrix, by their contract: equal options give equal compressors. */
export function isSameCompressor(one: MatrixCompressor, other: MatrixCompressor): boolean {
  const described = ({ method, options }: MatrixCompressor) => JSON.stringify([method, options]);
  return one === other || (one.format === other.format && described(one) === described(other));
}

/**
 * The moments of the inputs of all these weights together; undefined if none has moments.
 *
 * @throws GCompressError `invalid-option` for anything but a map and names.
 */
export function summedMoments(
  moments: ReadonlyMap<string, InputMoments>,
  names: readonly string[],
): InputMoments | undefined {
  const own = ownOf('summedMoments', moments, names);
  return own.length < 2
    ? own[0]
    : {
        size: own[0].size,
        count: own.reduce((sum, { count }) => sum + count, 0),
        values: sumOf(own.map(({ values }) => values)),
      };
}

/**
 * The gains of the channels of all these weights together; undefined if none has gains.
 *
 * @throws GCompressError `invalid-option` for anything but a map and names.
 */
export function summedGains(
  gains: ReadonlyMap<string, Float64Array>,
  names: readonly string[],
): Float64Array | undefined {
  const own = ownOf('summedGains', gains, names);
  return own.length < 2 ? own[0] : sumOf(own);
}

function ownOf<T>(where: string, all: ReadonlyMap<string, T>, names: readonly string[]): T[] {
  assertType(where, 'map', all, 'object');
  assertType(`${where} map`, 'get', all.get, 'function');
  if (!Array.isArray(names)) {
    throw new GCompressError('invalid-option', {
      where: `${where} names`,
      expected: 'a list of names of weights',
      actual: describeValue(names),
    });
  }
  return names.flatMap((name) => all.get(name) ?? []);
}

function sumOf(arrays: readonly Float64Array[]): Float64Array {
  const sum = arrays[0].slice();
  for (const array of arrays.slice(1)) {
    for (let at = 0; at < sum.length; at++) sum[at] += array[at];
  }
  return sum;
}

function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}
