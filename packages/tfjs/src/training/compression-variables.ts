// The variables of a compressed matrix: the trainable ones, and those that checkpoints must hold.
import { type FactorizationPlan, GCompressError } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';
import { engine, scalar, type Tensor, tensor1d, tidy, type Variable, variable, zeros } from '@tensorflow/tfjs-core';

/** The variables of a compressed matrix that train, or that a checkpoint must hold. */
export interface CompressionVariables {
  /** The matrix A, in any shape that has the values of `[m, n]` in row-major order. */
  readonly matrix: Variable;
  /** One variable a factor, in the planned shapes; zeros until the first compression. */
  readonly factors: Readonly<Record<string, Variable>>;
  /** float32 scalar, 1 at first; not trainable. */
  readonly alpha: Variable;
  /** int32 `[3]`: updates so far, step of the last update (−1 before the first), steps taken so far; not trainable. */
  readonly state: Variable;
}

/** A variable that a host must create. */
export interface VariableSpec {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  readonly trainable: boolean;
  /** The start value as a new tensor, owned by the caller. */
  initial(): Tensor;
}

/** No updates so far, no last update, no steps. */
const INITIAL_STATE = [0, -1, 0];

/**
 * The variables that a plan needs besides the matrix.
 *
 * @throws GCompressError `invalid-option` when the argument is not a plan.
 */
export function variableSpecs(plan: FactorizationPlan): {
  readonly factors: Readonly<Record<string, VariableSpec>>;
  readonly alpha: VariableSpec;
  readonly state: VariableSpec;
} {
  assertType('variableSpecs', 'plan', plan, 'object', 'Pass what compressor.plan(shape) returns.');
  assertType('variableSpecs', 'plan.factors', plan.factors, 'object', 'Pass what compressor.plan(shape) returns.');
  const factors = Object.entries(plan.factors).map(([name, spec]) => {
    const initial = () => zeros([...spec.shape], spec.dtype);
    return [name, { ...spec, initial }] as const;
  });
  return {
    factors: Object.fromEntries(factors),
    alpha: { shape: [], dtype: 'float32', trainable: false, initial: () => scalar(1) },
    state: { shape: [3], dtype: 'int32', trainable: false, initial: () => tensor1d(INITIAL_STATE, 'int32') },
  };
}

/**
 * Fresh variables for a plan around the given matrix, called `name/…`; the caller disposes all but the matrix.
 *
 * @throws GCompressError `already-compressed` when variables of these names exist.
 */
export function createVariables(matrix: Variable, plan: FactorizationPlan, name: string): CompressionVariables {
  const specs = variableSpecs(plan);
  const taken = [...Object.keys(specs.factors), 'alpha', 'state']
    .map((suffix) => `${name}/${suffix}`)
    .find((variableName) => variableName in engine().registeredVariables);
  if (taken !== undefined) {
    throw new GCompressError('already-compressed', {
      where: 'TfCompressionOp',
      expected: `no variable named '${taken}'`,
      actual: 'a variable of this name that exists',
      hint: 'Dispose the other operator of this matrix, or give this operator a name of its own.',
    });
  }
  const create = (suffix: string, spec: VariableSpec): Variable =>
    tidy(() => variable(spec.initial(), spec.trainable, `${name}/${suffix}`, spec.dtype));
  return {
    matrix,
    factors: Object.fromEntries(Object.entries(specs.factors).map(([key, spec]) => [key, create(key, spec)])),
    alpha: create('alpha', specs.alpha),
    state: create('state', specs.state),
  };
}
