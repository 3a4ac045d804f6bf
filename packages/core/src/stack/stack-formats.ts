// The format of a stacked matrix: how the outer format computes with factors that other formats hold.

import { assertType } from '../checks/option-checks.ts';
import type { CompressedFormat } from '../contract/compressed-format.ts';
import type { Factorization, MatrixForm } from '../contract/factors.ts';
import type { Sharing } from '../contract/format-abilities.ts';
import type { TensorOps } from '../tensors/tensor-ops.ts';
import { stackCodec } from './stack-codec.ts';
import {
  besides,
  factorShape,
  type InnerFormats,
  innerParts,
  outerForm,
  outside,
  type StackedPart,
  within,
} from './stack-parts.ts';
import { packStack, unpackStack } from './stack-stored.ts';

export type { InnerFormats, StackedPart } from './stack-parts.ts';

/**
 * The format of a matrix whose factors are compressed in turn: `outer` reconstructs it from its factors, and `inner` formats
 * reconstruct those that they are given for. Its id says what it is made of, e.g. `lowrank(b: kmeans, c: kmeans)`.
 *
 * Working form: the factors of each inner format as `factor.name`, and the uncompressed factors of the outer format under their own names.
 *
 * Stored form, version 1: the tensors of each inner format as `factor.tensor`, and what the outer format stores of the factors that stay;
 * for a compressed factor that it stores in another shape than it works with, that shape as a tensor without values, `factor [..., 0]`.
 * Config `outer` (`version`, `config`) and `inner` (for each compressed factor a {@link StackedPart}).
 */
export function stackFormats(outer: CompressedFormat, inner: InnerFormats): CompressedFormat {
  assertFormat('outer', outer);
  assertType('stackFormats', 'inner', inner, 'object', 'Give a format for each factor, by name.');
  for (const [name, format] of Object.entries(inner)) assertFormat(`inner ${name}`, format);
  const names = Object.keys(inner);
  const complete = outer as Required<CompressedFormat>;
  const codec = stackCodec(outer, inner);
  const decoded = <T>(ops: TensorOps<T>, factors: Readonly<Record<string, T>>, whole: MatrixForm) => {
    const parts = innerParts(whole.config, names);
    const made = names.map((name) => [name, partValue(ops, inner[name], within(factors, name), parts[name])] as const);
    return { ...besides(factors, names), ...Object.fromEntries(made) };
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
      const kept = besides(outer.sharing?.(outerForm(whole)) ?? {}, names);
      const coded = names.flatMap((name) => outside(name, partSharing(name, inner[name], parts[name])));
      return Object.fromEntries<Sharing | undefined>([...Object.entries(kept), ...coded]);
    },
    ...(outer.remaining && {
      remaining: <T>(ops: TensorOps<T>, matrix: T, factors: Readonly<Record<string, T>>, whole: MatrixForm): T =>
        complete.remaining(ops, matrix, decoded(ops, factors, whole), outerForm(whole)),
    }),
    ...productOf(outer, inner),
    ...(names.some((name) => inner[name].trim) && { trim: (whole: Factorization) => trimmed(inner, whole) }),
    ...(codec && { codec }),
    pack: (whole) => packStack(outer, inner, whole),
    unpack: (packed, limits) => unpackStack(outer, inner, packed, limits),
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

function partValue<T>(
  ops: TensorOps<T>,
  format: CompressedFormat,
  factors: Readonly<Record<string, T>>,
  part: StackedPart,
): T {
  const coded = format.reconstruct(ops, factors, part);
  return part.factor ? ops.reshape(coded, [...factorShape(part)]) : coded;
}

/** How often the matrix uses each value of a part: uses in the factor, times uses of the factor in the matrix. */
function partSharing(name: string, format: CompressedFormat, part: StackedPart): Record<string, Sharing> {
  const { uses, trains } = part;
  const shared = uses === undefined ? [] : (trains ?? []).map((factor): [string, Sharing] => [factor, { times: uses }]);
  const own = Object.entries(format.sharing?.(part) ?? {}).map(([factor, use]): [string, Sharing] => {
    const rows = use?.rows === undefined ? {} : { rows: `${name}.${use.rows}` };
    return [factor, { ...rows, times: (uses ?? 1) * (use?.times ?? 1) }];
  });
  return Object.fromEntries([...shared, ...own.filter(([factor]) => trains?.includes(factor) ?? true)]);
}

/** The factors in order, where the outer method is a plain product and what codes its factors is one too. */
function productOf(outer: CompressedFormat, inner: InnerFormats): Pick<CompressedFormat, 'product'> {
  const chains = outer.product?.map((name) =>
    Object.hasOwn(inner, name) ? inner[name].product?.map((factor) => `${name}.${factor}`) : [name],
  );
  const product = chains?.flatMap((chain) => chain ?? []);
  return product && chains?.every((chain) => chain !== undefined) ? { product } : {};
}

/** Trims each part with its own format. The outer format trims nothing, because its factors are compressed. */
function trimmed(inner: InnerFormats, { factors, ...whole }: Factorization): Factorization {
  const names = Object.keys(inner);
  const parts = innerParts(whole.config, names);
  const cut = names.map((name) => {
    const { version, shape: _shape, config: _config, ...rest } = parts[name];
    const part = { shape: parts[name].shape, config: parts[name].config, factors: within(factors, name) };
    const { factors: left, shape, config } = inner[name].trim?.(part) ?? part;
    return { factors: outside(name, left), entry: [name, { version, shape: [...shape], config, ...rest }] as const };
  });
  return {
    ...whole,
    config: { ...whole.config, inner: Object.fromEntries(cut.map(({ entry }) => entry)) },
    factors: { ...besides(factors, names), ...Object.fromEntries(cut.flatMap((part) => part.factors)) },
  };
}
