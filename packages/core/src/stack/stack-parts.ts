// What the config of a stacked matrix says of its compressed factors, checked, and the names under which their tensors stand.

import { GCompressError } from '../checks/errors.ts';
import type { CompressedFormat } from '../contract/compressed-format.ts';
import type { JsonObject, JsonValue, MatrixForm } from '../contract/factors.ts';
import { assertShape2D, type Shape2D } from '../matrix/matrix.ts';

/** A format for each compressed factor of another format, by the factor's name. */
export type InnerFormats = Readonly<Record<string, CompressedFormat>>;

/** What the config of a stacked matrix says of one of its parts. */
export interface StackedPart extends MatrixForm {
  readonly version: number;
  /** Shape of the factor, where it is no matrix: a vector `[n]` is compressed as `[1, n]`, `[a, b, c]` as `[a·b, c]`. */
  readonly factor?: readonly number[];
  /** Entries of the matrix that use a value of the factor, on average; left out for 1. */
  readonly uses?: number;
  /** Trainable factors of the part, by their own names; beside `uses`, and where the outer method trains none of them. */
  readonly trains?: readonly string[];
}

export type StackedParts = Readonly<Record<string, StackedPart>>;

/** The matrix shape in which a factor of any rank is compressed. */
export function codedShape(factor: readonly number[]): Shape2D {
  const cols = factor[factor.length - 1] ?? 1;
  return [factor.slice(0, -1).reduce((product, side) => product * side, 1), cols];
}

/** The shape of the factor that a part stands for. */
export function factorShape({ shape, factor }: StackedPart): readonly number[] {
  return factor ?? shape;
}

/** The entries of a record whose keys begin with `name.`, under what follows. */
export function within<V>(record: Readonly<Record<string, V>>, name: string): Record<string, V> {
  const prefix = `${name}.`;
  const entries = Object.entries(record).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(entries.map(([key, value]) => [key.slice(prefix.length), value]));
}

/** The entries of a record under keys that begin with `name.`. */
export function outside<V>(name: string, record: Readonly<Record<string, V>>): [string, V][] {
  return Object.entries(record).map(([key, value]) => [`${name}.${key}`, value]);
}

/** The entries that belong to none of these parts: what the outer format keeps as it is. */
export function besides<V>(record: Readonly<Record<string, V>>, names: readonly string[]): Record<string, V> {
  const isPart = (key: string) => names.some((name) => key === name || key.startsWith(`${name}.`));
  return Object.fromEntries(Object.entries(record).filter(([key]) => !isPart(key)));
}

/** What the outer format knows of the matrix. */
export function outerForm({ shape, config }: MatrixForm): MatrixForm {
  return { shape, config: asObject(asObject(config.outer, 'outer').config, 'outer config') };
}

/** Version of the stored form of the outer format. */
export function outerVersion(config: JsonObject): number {
  return checkedVersion(asObject(config.outer, 'outer').version, 'outer');
}

/**
 * The parts of these names, each checked.
 *
 * @throws GCompressError `file-header` for a config that describes no parts; `invalid-matrix` for an invalid shape.
 */
export function innerParts(config: JsonObject, names: readonly string[]): StackedParts {
  const inner = asObject(config.inner, 'inner');
  return Object.fromEntries(names.map((name) => [name, partOf(asObject(inner[name], `inner ${name}`), name)]));
}

function partOf({ version, shape, config, factor, uses, trains }: JsonObject, name: string): StackedPart {
  if (!Array.isArray(shape)) throw badConfig(`a shape of ${name}`, shape);
  assertShape2D(shape as number[], `factor '${name}'`);
  const form = shape as unknown as Shape2D;
  if (factor !== undefined && !isShapeOf(factor, form)) throw badConfig(`a factor of [${form.join(', ')}]`, factor);
  if (uses !== undefined && !isUses(uses)) throw badConfig(`uses of ${name}, above 0`, uses);
  if (trains !== undefined && !isNames(trains)) throw badConfig(`names of what trains in ${name}`, trains);
  return {
    version: checkedVersion(version, name),
    shape: form,
    config: asObject(config, name),
    ...(factor !== undefined && { factor }),
    ...(uses !== undefined && { uses }),
    ...(trains !== undefined && { trains }),
  };
}

function isShapeOf(factor: JsonValue, [rows, cols]: Shape2D): factor is number[] {
  if (!Array.isArray(factor) || factor.length > 8) return false;
  if (!factor.every((side) => Number.isSafeInteger(side) && (side as number) >= 1)) return false;
  const coded = codedShape(factor as number[]);
  return coded[0] === rows && coded[1] === cols;
}

function isUses(value: JsonValue): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

function isNames(value: JsonValue): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

function checkedVersion(value: JsonValue | undefined, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw badConfig(`a version of ${what}`, value);
}

function asObject(value: JsonValue | undefined, what: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw badConfig(`an object for ${what}`, value);
}

function badConfig(expected: string, actual: JsonValue | undefined): GCompressError {
  return new GCompressError('file-header', {
    where: 'stacked matrix',
    expected,
    actual: JSON.stringify(actual)?.slice(0, 40) ?? 'nothing',
  });
}
