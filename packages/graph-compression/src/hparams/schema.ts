// Reads and writes all hyperparameters of a schema, from text, JSON or an object.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import type { HParamField } from './fields.ts';
import { readAssignments, writeAssignments } from './text.ts';

/** The hyperparameters of one kind of object: a field for each camelCase key. The text form spells keys in snake_case. */
export type HParamsSchema<H> = { readonly [K in keyof H]: HParamField<H[K]> };

/** A given value that is not yet read. */
interface Given {
  readonly name: string;
  read(field: HParamField<unknown>): unknown;
}

/**
 * `base` with the given values replaced, frozen. The values come from an object, JSON, or the text form.
 *
 * @throws GCompressError `unknown-option`, `duplicate-option` or `invalid-option`, naming the key.
 */
export function parseValues<H extends object>(schema: HParamsSchema<H>, source: string | object, base: H): Readonly<H> {
  const fields = new Map<string, HParamField<unknown>>(Object.entries(schema));
  const keyOf = new Map([...fields.keys()].flatMap((key) => [[key, key] as const, [snakeCase(key), key] as const]));
  const values = new Map<string, unknown>(Object.entries(base));
  const assigned = new Set<string>();

  for (const { name, read } of givenBy(source)) {
    const key = keyOf.get(name);
    const field = key === undefined ? undefined : fields.get(key);
    if (key === undefined || field === undefined) {
      throw new GCompressError('unknown-option', {
        where: 'hparams',
        expected: `one of ${[...fields.keys()].map(snakeCase).join(', ')}`,
        actual: describeValue(name),
      });
    }
    if (assigned.has(key)) throw duplicate(name);
    assigned.add(key);
    values.set(key, read(field));
  }
  return Object.freeze(Object.fromEntries(values)) as H;
}

/**
 * Writes all values in the text form, which {@link parseValues} reads back unchanged.
 *
 * @throws GCompressError `invalid-option` when a value cannot be written in this form.
 */
export function formatValues<H extends object>(schema: HParamsSchema<H>, values: H): string {
  const fields = Object.entries<HParamField<unknown>>(schema);
  return writeAssignments(
    fields.map(([key, field]) => ({
      name: snakeCase(key),
      value: field.toText(field.fromValue(key, values[key as keyof H])),
    })),
  );
}

function givenBy(source: string | object): Given[] {
  if (typeof source !== 'string') return fromObject(source);
  if (source.trimStart().startsWith('{')) return fromObject(parseJson(source));
  return readAssignments(source).map(({ name, value }) => ({
    name,
    read: (field) => field.fromText(name, value),
  }));
}

function fromObject(source: unknown): Given[] {
  if (typeof source !== 'object' || source === null || Array.isArray(source)) {
    throw new GCompressError('invalid-option', {
      where: 'hparams',
      expected: 'an object, JSON, or text such as rank=200',
      actual: describeValue(source),
    });
  }
  return Object.entries(source)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ name, read: (field) => field.fromValue(name, value) }));
}

function parseJson(text: string): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new GCompressError('invalid-option', {
      where: 'hparams',
      expected: 'JSON',
      actual: describeValue(text),
      cause,
    });
  }
  assertKeysOnce(text);
  return parsed;
}

/** JSON.parse keeps the last of equal keys silently. No value is an object, so every string before a colon is a key. */
function assertKeysOnce(json: string): void {
  const seen = new Set<string>();
  for (const [, key, colon] of json.matchAll(/"((?:[^"\\]|\\.)*)"(\s*:)?/g)) {
    if (colon === undefined) continue;
    if (seen.has(key)) throw duplicate(key);
    seen.add(key);
  }
}

function duplicate(name: string): GCompressError {
  return new GCompressError('duplicate-option', {
    where: `hparams ${name}`,
    expected: 'one assignment',
    actual: 'several',
    hint: 'The camelCase and the snake_case spelling are the same hyperparameter.',
  });
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
