// What an algorithm returns, held against its plan; shared by methods that are defined here and by hosts of foreign ones.
import { GCompressError } from '../checks/errors.ts';
import { describeValue } from '../checks/option-checks.ts';
import { elementCount } from '../tensors/element-count.ts';
import { type Factor, type FactorSpec, isMadeLater } from './factors.ts';

/**
 * Checks factors against their plan: names, dtypes, roles, shapes (each side at most as planned), data that fills the shape, finite
 * values.
 *
 * @throws GCompressError `contract` when they disagree with the plan, `non-finite` for NaN and infinities.
 */
export function assertFactors<K extends string>(
  where: string,
  factors: unknown,
  specs: Readonly<Record<K, FactorSpec>>,
): asserts factors is Record<K, Factor> {
  const names = Object.keys(specs) as K[];
  const given = isObject(factors) ? factors : {};
  const wrong = names.find((key) => !Object.hasOwn(given, key) || !fits(given[key], specs[key]));
  if (wrong !== undefined || Object.keys(given).length !== names.length || given !== factors) {
    throw new GCompressError('contract', {
      where,
      expected: `factors ${names.map((key) => `${key} ${describeSpec(specs[key])}`).join(', ')}`,
      actual: given === factors ? describeFactors(given) : describeValue(factors),
      hint: 'plan() and the algorithm of the method disagree.',
    });
  }
  for (const key of names)
    if (!isMadeLater(given[key] as Factor)) assertFiniteFactor(`${where} factor '${key}'`, given[key] as Factor);
}

function assertFiniteFactor(where: string, { data }: Factor): void {
  // A plain loop: a callback an entry takes several times as long for millions of them
  let at = 0;
  while (at < data.length && Number.isFinite(data[at])) at++;
  if (at === data.length) return;
  throw new GCompressError('non-finite', {
    where,
    expected: 'finite numbers',
    actual: `${data[at]} at position ${at}`,
    hint: 'The method overflowed or divided by zero; scale the matrix down, or report it to the author of the method.',
  });
}

function fits(factor: unknown, spec: FactorSpec): boolean {
  return (
    isObject(factor) &&
    factor.dtype === spec.dtype &&
    factor.trainable === spec.trainable &&
    isSizes(factor.shape) &&
    factor.shape.length === spec.shape.length &&
    factor.shape.every((side, axis) => side <= (spec.shape[axis] ?? 0)) &&
    (isMadeLater(factor) || fills(factor, spec.dtype))
  );
}

function fills({ data, shape }: Record<string, unknown>, dtype: FactorSpec['dtype']): boolean {
  const isTyped = data instanceof (dtype === 'int32' ? Int32Array : Float32Array);
  return isTyped && data.length === elementCount(shape as readonly number[]);
}

function describeFactors(factors: Readonly<Record<string, unknown>>): string {
  const texts = Object.entries(factors).map(([key, factor]) => {
    if (!isObject(factor) || !isSizes(factor.shape)) return `${key}: ${describeValue(factor)}`;
    const { data } = factor;
    const values = ArrayBuffer.isView(data) ? `${(data as Float32Array).length} values` : describeValue(data);
    const role = factor.trainable === true ? 'trainable ' : '';
    return `${key} ${role}${String(factor.dtype)} [${factor.shape.join(', ')}] of ${values}`;
  });
  return texts.join(', ') || 'no factors';
}

function describeSpec({ trainable, dtype, shape }: FactorSpec): string {
  return `${trainable ? 'trainable ' : ''}${dtype} [${shape.join(', ')}]`;
}

function isSizes(shape: unknown): shape is readonly number[] {
  return Array.isArray(shape) && shape.every((side) => Number.isSafeInteger(side) && side >= 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
