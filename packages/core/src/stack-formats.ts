import type { CompressedFormat, PackedMatrix } from './compressed-format.ts';
import { GCompressError } from './errors.ts';
import { elementCount, type Factorization, type JsonObject, type JsonValue, type MatrixForm } from './factors.ts';
import { assertElementLimit, type ReadLimits } from './limits.ts';
import { assertShape2D, type Shape2D } from './matrix.ts';
import { assertType } from './options.ts';
import { assertVersion } from './packed-tensor.ts';
import type { TensorOps } from './tensor-ops.ts';

/** A format for each factor of another format, by the factor's name. */
export type InnerFormats = Readonly<Record<string, CompressedFormat>>;

/** What the config of a stacked matrix says of one of its parts. */
export interface StackedPart extends MatrixForm {
  readonly version: number;
}

/**
 * The format of a matrix whose factors are compressed in turn: `outer` reconstructs it from its factors, and `inner` formats
 * reconstruct those. Its id says what it is made of, e.g. `lowrank(b: kmeans, c: kmeans)`.
 *
 * Stored form, version 1: the tensors of each inner format as `factor.tensor`; config `outer` (`version`, `config`) and `inner` (for
 * each factor `version`, `shape`, `config`).
 */
export function stackFormats(outer: CompressedFormat, inner: InnerFormats): CompressedFormat {
  assertFormat('outer', outer);
  assertType('stackFormats', 'inner', inner, 'object', 'Give a format for each factor, by name.');
  for (const [name, format] of Object.entries(inner)) assertFormat(`inner ${name}`, format);
  const names = Object.keys(inner);
  const complete = outer as Required<CompressedFormat>;
  const decoded = <T>(ops: TensorOps<T>, factors: Readonly<Record<string, T>>, whole: MatrixForm) => {
    const parts = innerParts(whole.config, names);
    const made = names.map((name) => [name, inner[name].reconstruct(ops, within(factors, name), parts[name])] as const);
    return Object.fromEntries(made);
  };
  return {
    id: `${outer.id}(${names.map((name) => `${name}: ${inner[name].id}`).join(', ')})`,
    version: 1,
    reconstruct: (ops, factors, whole) => outer.reconstruct(ops, decoded(ops, factors, whole), outerForm(whole)),
    ...(outer.multiply && {
      multiply: <T>(ops: TensorOps<T>, x: T, factors: Readonly<Record<string, T>>, whole: MatrixForm): T =>
        complete.multiply(ops, x, decoded(ops, factors, whole), outerForm(whole)),
    }),
    ...(outer.multiplyPays && { multiplyPays: (whole: MatrixForm) => complete.multiplyPays(outerForm(whole)) }),
    ...(outer.lookup && {
      lookup: <T>(ops: TensorOps<T>, ids: T, factors: Readonly<Record<string, T>>, whole: MatrixForm): T =>
        complete.lookup(ops, ids, decoded(ops, factors, whole), outerForm(whole)),
    }),
    sharing(whole) {
      const parts = innerParts(whole.config, names);
      const outerSharing = outer.sharing?.(outerForm(whole)) ?? {};
      const shared = names.flatMap((name) => {
        const times = outerSharing[name]?.times ?? 1;
        const own = Object.entries(inner[name].sharing?.(parts[name]) ?? {}).map(([factor, use]) => {
          const rows = use?.rows === undefined ? {} : { rows: `${name}.${use.rows}` };
          return [factor, { ...rows, times: times * (use?.times ?? 1) }] as const;
        });
        return outside(name, Object.fromEntries(own));
      });
      return Object.fromEntries(shared);
    },

    ...(outer.remaining && {
      remaining: <T>(ops: TensorOps<T>, matrix: T, factors: Readonly<Record<string, T>>, whole: MatrixForm): T =>
        complete.remaining(ops, matrix, decoded(ops, factors, whole), outerForm(whole)),
    }),
    ...productOf(outer, inner),
    ...(names.some((name) => inner[name].trim) && { trim: (whole: Factorization) => trimmed(inner, whole) }),

    pack({ factors, config }) {
      const parts = innerParts(config, names);
      const packed = names.flatMap((name) => {
        return outside(name, inner[name].pack({ ...parts[name], factors: within(factors, name) }));
      });
      return Object.fromEntries(packed);
    },

    unpack(packed, limits) {
      assertVersion(packed, 1);
      const parts = innerParts(packed.config, names);
      const values = Object.values(parts).reduce((sum, { shape }) => sum + elementCount(shape), 0);
      // Before any part is unpacked: a few bytes may claim large ones
      assertElementLimit(values, 'stacked factors', limits?.maxElements);
      const unpacked = names.flatMap((name) => {
        const format = inner[name];
        const tensors = within(packed.tensors, name);
        return outside(name, format.unpack({ ...parts[name], format: format.id, tensors }, limits));
      });
      assertFits(outer, packed, parts, limits);
      return Object.fromEntries(unpacked);
    },
  };
}

function assertFormat(name: string, format: unknown): void {
  assertType('stackFormats', name, format, 'object');
  assertType(`stackFormats ${name}`, 'id', (format as { readonly id?: unknown }).id, 'string');
  assertType(
    `stackFormats ${name}`,
    'reconstruct',
    (format as { readonly reconstruct?: unknown }).reconstruct,
    'function',
  );
}

/** The factors in order, where the outer method is a plain product and what codes each of its factors is one too. */
function productOf(outer: CompressedFormat, inner: InnerFormats): Pick<CompressedFormat, 'product'> {
  const chains = outer.product?.map((name) => inner[name]?.product?.map((factor) => `${name}.${factor}`));
  const product = chains?.flatMap((chain) => chain ?? []);
  return product && chains?.every((chain) => chain !== undefined) ? { product } : {};
}

/** Each part as its own format trims it; what the outer format would trim is coded, so it stays. */
function trimmed(inner: InnerFormats, { factors, ...whole }: Factorization): Factorization {
  const names = Object.keys(inner);
  const parts = innerParts(whole.config, names);
  const cut = names.map((name) => {
    const { version, ...form } = parts[name];
    const part = { ...form, factors: within(factors, name) };
    const { factors: left, shape, config } = inner[name].trim?.(part) ?? part;
    return { factors: outside(name, left), entry: [name, { version, shape: [...shape], config }] as const };
  });
  return {
    ...whole,
    config: { ...whole.config, inner: Object.fromEntries(cut.map(({ entry }) => entry)) },
    factors: Object.fromEntries(cut.flatMap((part) => part.factors)),
  };
}

/** The entries of a record whose keys begin with `name.`, under what follows. */
function within<V>(record: Readonly<Record<string, V>>, name: string): Record<string, V> {
  const prefix = `${name}.`;
  const entries = Object.entries(record).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(entries.map(([key, value]) => [key.slice(prefix.length), value]));
}

/** The entries of a record under keys that begin with `name.`. */
export function outside<V>(name: string, record: Readonly<Record<string, V>>): [string, V][] {
  return Object.entries(record).map(([key, value]) => [`${name}.${key}`, value]);
}

function outerForm({ shape, config }: MatrixForm): MatrixForm {
  return { shape, config: asObject(asObject(config.outer, 'outer').config, 'outer config') };
}

function innerParts(config: JsonObject, names: readonly string[]): Readonly<Record<string, StackedPart>> {
  const inner = asObject(config.inner, 'inner');
  const parts = names.map((name) => {
    const { version, shape, config: own } = asObject(inner[name], `inner ${name}`);
    if (!Array.isArray(shape)) throw badConfig(`a shape of ${name}`, shape);
    assertShape2D(shape as number[], `factor '${name}'`);
    return [
      name,
      { version: checkedVersion(version, name), shape: shape as unknown as Shape2D, config: asObject(own, name) },
    ] as const;
  });
  return Object.fromEntries(parts);
}

/** Lets the outer format check the shapes of its factors, which are not stored as it would store them. */
function assertFits(
  outer: CompressedFormat,
  packed: PackedMatrix,
  parts: Readonly<Record<string, StackedPart>>,
  limits: ReadLimits | undefined,
): void {
  const { version } = asObject(packed.config.outer, 'outer');
  const zeros = Object.entries(parts).map(([name, { shape }]) => {
    return [name, { shape, data: new Float32Array(elementCount(shape)) }] as const;
  });
  const form = { ...outerForm(packed), format: outer.id, version: checkedVersion(version, 'outer') };
  outer.unpack({ ...form, tensors: Object.fromEntries(zeros) }, limits);
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
