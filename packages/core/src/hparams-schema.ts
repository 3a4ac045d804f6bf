import { GCompressError } from './errors.ts';
import type { HParamField } from './hparams-fields.ts';
import { readAssignments, writeAssignments } from './hparams-text.ts';
import { describeValue } from './options.ts';

/** The hyperparameters of one kind of object: a field for each camelCase key. The text form spells keys in snake_case. */
export type HParamsSchema<H> = { readonly [K in keyof H]: HParamField<H[K]> };

/** A value that somebody gave, not yet read. */
interface Given {
  readonly name: string;
  readonly index?: number | undefined;
  read(field: HParamField<unknown>): unknown;
}

/**
 * `base` with what is given replaced, frozen: from an object, JSON, or the text form.
 *
 * @throws GCompressError `unknown-option`, `duplicate-option` or `invalid-option`, naming the key.
 */
export function parseValues<H extends object>(schema: HParamsSchema<H>, source: string | object, base: H): Readonly<H> {
  const fields = new Map<string, HParamField<unknown>>(Object.entries(schema));
  const keyOf = new Map([...fields.keys()].flatMap((key) => [[key, key] as const, [snakeCase(key), key] as const]));
  const values = new Map<string, unknown>(Object.entries(base));
  const assigned = new Map<string, (number | undefined)[]>();

  for (const { name, index, read } of givenBy(source)) {
    const key = keyOf.get(name);
    const field = key === undefined ? undefined : fields.get(key);
    if (key === undefined || field === undefined) {
      throw new GCompressError('unknown-option', {
        where: 'hparams',
        expected: `one of ${[...fields.keys()].map(snakeCase).join(', ')}`,
        actual: describeValue(name),
      });
    }
    const before = assigned.get(key) ?? [];
    if (before.some((at) => at === index || at === undefined || index === undefined)) {
      throw duplicate(name);
    }
    assigned.set(key, [...before, index]);
    values.set(key, index === undefined ? read(field) : replaceEntry(name, values.get(key), index, field, read));
  }
  return Object.freeze(Object.fromEntries(values)) as H;
}

/**
 * The text form of all values, which {@link parseValues} reads back to the same.
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
  return readAssignments(source).map(({ name, index, value }) => ({
    name,
    index,
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

function replaceEntry(
  name: string,
  list: unknown,
  index: number,
  field: HParamField<unknown>,
  read: Given['read'],
): unknown[] {
  if (!field.entry || !Array.isArray(list) || index >= list.length) {
    throw new GCompressError('invalid-option', {
      where: `hparams ${name}`,
      expected: Array.isArray(list) ? `an index below ${list.length}` : 'a single value without index',
      actual: `${name}[${index}]`,
    });
  }
  return Object.assign([...list], { [index]: read(field.entry) });
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
