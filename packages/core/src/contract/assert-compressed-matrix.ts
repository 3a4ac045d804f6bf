// Checks what a compressor returned against its plan.
import { GCompressError } from '../checks/errors.ts';
import { assertType, describeValue } from '../checks/option-checks.ts';
import { assertShape2D } from '../matrix/matrix.ts';
import type { CompressedMatrix } from './compressed-matrix.ts';
import { assertFactors } from './factor-checks.ts';
import type { FactorizationPlan, JsonValue } from './factors.ts';
import type { MatrixCompressor } from './matrix-compressor.ts';

const METHODS = ['decompress', 'matMul', 'lookup', 'pack'] as const;

/**
 * Checks what a compressor returned before a host uses it: a matrix of the compressor's format, of the planned shape and config, whose
 * factors fit the plan and are finite. `defineMethod` gives nothing else; a {@link MatrixCompressor} that was written by hand may.
 * Await the result of `compress` before.
 *
 * @param where what the error names, e.g. `TfCompressionOp 'fc1'`.
 * @param compressed what `compressor.compress` returned.
 * @param plan what `compressor.plan` returned for the shape of the matrix.
 * @throws GCompressError `contract` for another thing, format, shape, config or other factors; `non-finite` for NaN and infinities.
 */
export function assertCompressedMatrix(
  where: string,
  compressed: unknown,
  compressor: MatrixCompressor,
  plan: FactorizationPlan,
): asserts compressed is CompressedMatrix {
  assertType('assertCompressedMatrix', 'compressor', compressor, 'object');
  assertType('assertCompressedMatrix compressor', 'format', compressor.format, 'object');
  assertType('assertCompressedMatrix', 'plan', plan, 'object');
  assertShape2D(plan.shape, 'assertCompressedMatrix plan');
  assertType('assertCompressedMatrix plan', 'factors', plan.factors, 'object');
  const at = `${String(where)}: ${compressor.method}`;
  const value = (typeof compressed === 'object' && compressed !== null ? compressed : {}) as Partial<CompressedMatrix>;
  const { format, shape, config, factors } = value;
  if (METHODS.some((name) => typeof value[name] !== 'function') || typeof format !== 'object' || format === null) {
    throw broken(at, 'compress() to give a compressed matrix', describeValue(compressed));
  }
  const { format: own } = compressor;
  if (format.id !== own.id || format.version !== own.version) {
    throw broken(
      at,
      `a matrix of format ${describeValue(own.id)} version ${own.version}`,
      `${describeValue(format.id)} version ${String(format.version)}`,
    );
  }
  if (!sameJson(shape, plan.shape)) {
    throw broken(
      at,
      `a matrix of shape [${plan.shape.join(', ')}]`,
      Array.isArray(shape) ? `[${shape.map(String).join(', ')}]` : describeValue(shape),
    );
  }
  if (!sameJson(config, plan.config)) {
    throw broken(at, `the planned config ${JSON.stringify(plan.config)}`, shownJson(config));
  }
  assertFactors(at, factors, plan.factors);
}

function broken(where: string, expected: string, actual: string): GCompressError {
  return new GCompressError('contract', {
    where,
    expected,
    actual,
    hint: 'compress() and plan() of the compressor disagree; report it to its author.',
  });
}

/** Whether two JSON values are equal, whatever the order of their keys. */
function sameJson(actual: unknown, planned: JsonValue): boolean {
  if (typeof planned !== 'object' || planned === null) return Object.is(actual, planned);
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual) !== Array.isArray(planned)) return false;
  const entries = Object.entries<JsonValue>(planned as Record<string, JsonValue>);
  return (
    Object.keys(actual).length === entries.length &&
    entries.every(
      ([key, value]) => Object.hasOwn(actual, key) && sameJson((actual as Record<string, unknown>)[key], value),
    )
  );
}

function shownJson(value: unknown): string {
  try {
    return JSON.stringify(value)?.slice(0, 200) ?? describeValue(value);
  } catch {
    return describeValue(value);
  }
}
