// Plans a stacked method for a shape: which factors of the outer method the parts compress, and which stay.
import { GCompressError } from '../checks/errors.ts';
import type { Factor, FactorizationPlan, FactorSpec, JsonObject } from '../contract/factors.ts';
import type { MatrixCompressor } from '../contract/matrix-compressor.ts';
import { plannedByteLength } from '../contract/planned-byte-length.ts';
import type { Shape2D } from '../matrix/matrix.ts';
import { elementCount } from '../tensors/element-count.ts';
import { besides, codedShape, outside } from './stack-parts.ts';
import { withRole } from './stack-stored.ts';

/** The compressors of factors, by the names of these. */
export type Coders = Readonly<Record<string, MatrixCompressor>>;

/** The plan of `outer` whose factors are compressed by `coders`. */
export function planStack(
  outer: MatrixCompressor,
  coders: Coders,
  shape: Shape2D,
): Pick<FactorizationPlan, 'factors' | 'config'> & { readonly byteLength: number } {
  const outerPlan = outer.plan(shape);
  const { factors, config } = outerPlan;
  const names = Object.keys(coders);
  const stored = outer.format.pack({ shape: outerPlan.shape, config, factors: zerosFor(factors) });
  assertCoded(
    outer,
    factors,
    coders,
    (name) => Object.hasOwn(stored, name) && stored[name].data instanceof Float32Array,
  );
  const uses = usesOf(outer, outerPlan);
  const plans = names.map((name) => {
    const { shape: factor, trainable } = factors[name];
    return { name, coder: coders[name], factor, trainable, plan: coders[name].plan(codedShape(factor)) };
  });
  const parts = plans.map(({ name, coder, factor, trainable, plan }) => {
    const trains = Object.keys(plan.factors).filter((inner) => trainable && plan.factors[inner].trainable);
    const isShared = trains.length > 0 && (uses[name] ?? 1) !== 1;
    const part: JsonObject = {
      version: coder.format.version,
      shape: [...plan.shape],
      config: plan.config,
      ...(factor.length !== 2 && { factor: [...factor] }),
      ...(isShared && { uses: uses[name] }),
      ...((isShared || !trainable) && { trains }),
    };
    return [name, part] as const;
  });
  const coded = plans.flatMap(({ name, trainable, plan }) => outside(name, withRole(plan.factors, trainable)));
  return {
    // At most: what the outer method stores of a compressed factor is taken off as far as it is certain
    byteLength: plans.reduce(
      (bytes, { name, coder, plan }) => bytes + plannedByteLength(coder.format, plan) - stored[name].data.byteLength,
      plannedByteLength(outer.format, outerPlan),
    ),
    factors: { ...besides(factors, names), ...Object.fromEntries(coded) },
    config: { outer: { version: outer.format.version, config }, inner: Object.fromEntries(parts) },
  };
}

/** How often the matrix uses a value of each shared factor, on average over its rows. */
function usesOf({ format }: MatrixCompressor, plan: FactorizationPlan): Readonly<Record<string, number>> {
  const uses = Object.entries(format.sharing?.(plan) ?? {}).map(([name, use]): [string, number] => {
    const rows = use?.rows === undefined ? 1 : elementCount(plan.factors[use.rows].shape) / plan.factors[name].shape[0];
    return [name, (use?.times ?? 1) * rows];
  });
  return Object.fromEntries(uses);
}

function zerosFor(factors: Readonly<Record<string, FactorSpec>>): Record<string, Factor> {
  const zeros = Object.entries(factors).map(([name, spec]): [string, Factor] => {
    const count = elementCount(spec.shape);
    return [name, { ...spec, data: spec.dtype === 'int32' ? new Int32Array(count) : new Float32Array(count) }];
  });
  return Object.fromEntries(zeros);
}

/** Refuses coders for what `outer` does not have or does not store as float32 of its own, such as indices and what comes from a seed. */
function assertCoded(
  outer: MatrixCompressor,
  factors: Readonly<Record<string, FactorSpec>>,
  coders: Coders,
  isStored: (name: string) => boolean,
): void {
  const names = Object.keys(factors);
  const clashes = (name: string) => names.some((other) => other.startsWith(`${name}.`));
  const codable = names.filter((name) => factors[name].dtype === 'float32' && isStored(name) && !clashes(name));
  const wrong = Object.keys(coders).filter((name) => !codable.includes(name));
  if (wrong.length === 0) return;
  const known = wrong.filter((name) => names.includes(name));
  throw new GCompressError('invalid-option', {
    where: `stack of ${outer.method}`,
    expected: `methods for factors that it stores as float32 values: ${codable.join(', ') || 'none with these options'}`,
    actual: wrong.join(', '),
    hint:
      known.length > 0
        ? `Leave out ${known.join(', ')}: ${outer.method} stores that in a way of its own, which stays.`
        : `The factors of ${outer.method} are ${names.join(', ')}.`,
  });
}
