// Checks of an operator's arguments and results.
import { elementCount, GCompressError, type InputMoments, type MatrixCompressor, type Shape2D } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '@gcompress/core/checks';
import type { CompressionSchedule, ScheduleState } from '@gcompress/scheduler';
import { assertKernelsOption } from '@gcompress/wasm-kernels/load';
import { getGradient, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { assertCompressor, assertSchedule, assertTensor, assertVariable, assertView } from '../argument-checks.ts';
import { isViewOf, type MatrixView } from '../weight/matrix-view.ts';
import type { UpdateOptions } from './op-options.ts';

/** The view that reads a variable as a matrix; refuses a view whose size differs from the variable's. */
export function viewOf(matrix: Variable, { shape, permutation }: Partial<MatrixView>, name: string): MatrixView {
  const sides = shape ?? (matrix.shape as Shape2D);
  const view = { shape: sides, permutation };
  if (matrix.dtype === 'float32' && isViewOf(view, matrix.shape)) return view;
  throw new GCompressError('shape-mismatch', {
    where: `TfCompressionOp '${name}'`,
    expected: 'a float32 matrix, or a shape [m, n] of the same size to read the variable as',
    actual: `${matrix.dtype} [${matrix.shape.join(', ')}] read as [${sides.join(', ')}]${permutation ? `, axes ${permutation}` : ''}`,
  });
}

/** Refuses a tensor whose last side differs from the side of the matrix that it is multiplied with. */
export function assertLastSide(x: Tensor, side: number, name: string): void {
  if (x.shape[x.rank - 1] === side) return;
  throw new GCompressError('shape-mismatch', {
    where: `applyMatMul of '${name}'`,
    expected: `a tensor with a last side of ${side}`,
    actual: `[${x.shape.join(', ')}]`,
  });
}

/** Refuses to go on when tfjs has no gradients registered, because nothing would train. */
export function assertGradients(): void {
  if (getGradient('BatchMatMul') || getGradient('MatMul')) return;
  throw new GCompressError('unsupported', {
    where: 'TfCompressionOp',
    expected: 'registered gradients',
    actual: '@tensorflow/tfjs-core alone, which registers no gradients',
    hint: "Import '@tensorflow/tfjs' or '@tensorflow/tfjs-layers' once in the application.",
  });
}

const OP_OPTIONS = ['compressor', 'schedule', 'name', 'shape', 'permutation', 'plan', 'variables', 'kernels'];

/** The last step whose number, and the number of the step after it, fit into int32. */
const LAST_STEP = 2 ** 31 - 2;

/** Checks the arguments of the operator's constructor. */
export function assertOpArguments(matrix: unknown, options: unknown): void {
  const where = 'TfCompressionOp';
  assertVariable(where, 'matrix', matrix);
  assertKnownOptions(where, options, OP_OPTIONS);
  const { compressor, schedule, name, shape, permutation, plan, variables, kernels } = options as Readonly<
    Record<string, unknown>
  >;
  assertCompressor(where, 'compressor', compressor);
  assertSchedule(where, 'schedule', schedule);
  if (name !== undefined) assertType(where, 'name', name, 'string');
  assertView(where, shape, permutation);
  if (plan !== undefined) {
    assertType(where, 'plan', plan, 'object', 'Pass what compressor.plan(shape) returns.');
    const { factors } = plan as { readonly factors?: unknown };
    assertType(where, 'plan.factors', factors, 'object', 'Pass what compressor.plan(shape) returns.');
  }
  assertKernelsOption(where, kernels);
  if (variables === undefined) return;
  assertKnownOptions(`${where} variables`, variables, ['matrix', 'factors', 'alpha', 'state']);
  const { factors, ...others } = variables as Readonly<Record<string, unknown>>;
  for (const key of ['matrix', 'alpha', 'state']) assertVariable(`${where} variables`, key, others[key]);
  assertType(`${where} variables`, 'factors', factors, 'object');
  for (const [key, factor] of Object.entries(factors)) assertVariable(`${where} variables`, key, factor);
}

/** Refuses options of `apply`, `applyMatMul` and `applyLookup` that are unknown or not booleans. */
export function assertApplyOptions(method: string, name: string, options: unknown): void {
  const known = method === 'applyMatMul' ? ['training', 'transpose'] : ['training'];
  assertBooleans(`${method} of '${name}'`, options, known);
}

/** Refuses options of `toCompressedMatrix` that are unknown or not booleans. */
export function assertTrimOption(options: unknown): void {
  assertBooleans('toCompressedMatrix', options, ['trim']);
}

function assertBooleans(where: string, options: unknown, known: readonly string[]): void {
  assertKnownOptions(where, options, known);
  for (const [key, value] of Object.entries(options as object)) {
    if (value !== undefined) assertType(where, key, value, 'boolean');
  }
}

/** Refuses inputs that cannot be concatenated along the last axis. */
export function assertMixInputs(inputs: unknown, name: string): void {
  const where = `applyMix of '${name}'`;
  if (!Array.isArray(inputs) || inputs.length === 0) {
    throw new GCompressError('invalid-option', {
      where: `${where} inputs`,
      expected: 'a list of tensors',
      actual: Array.isArray(inputs) ? 'an empty list' : describeValue(inputs),
    });
  }
  for (const [i, input] of inputs.entries()) assertTensor(where, `input ${i}`, input);
  const shapes: readonly (readonly number[])[] = inputs.map(({ shape }: Tensor) => shape);
  const [first] = shapes;
  const other = shapes.find((shape) => String(shape.slice(0, -1)) !== String(first.slice(0, -1)) || shape.length === 0);
  if (!other) return;
  throw new GCompressError('shape-mismatch', {
    where: `${where} inputs`,
    expected: 'tensors whose shapes differ in the last side only',
    actual: `[${first.join(', ')}] and [${other.join(', ')}]`,
  });
}

/** Refuses a step that is not an integer, or that does not fit into the int32 state. */
export function assertStep(step: unknown, name: string): void {
  assertNumber(`runUpdateStep of '${name}'`, 'step', step, { min: 0, max: LAST_STEP, integer: true });
}

/** The checked options of an update; refuses a compressor of another format. */
export function checkedUpdateOptions(options: unknown, own: MatrixCompressor, name: string): UpdateOptions {
  const where = `runUpdateStep of '${name}'`;
  assertKnownOptions(where, options, ['compressor', 'kernels', 'inputMoments']);
  const { compressor, kernels, inputMoments } = options as Readonly<Record<keyof UpdateOptions, unknown>>;
  assertKernelsOption(where, kernels);
  if (inputMoments !== undefined) assertType(where, 'inputMoments', inputMoments, 'object');
  const checked = {
    ...(kernels !== undefined && { kernels }),
    // The compressor checks the rest, and refuses moments that it does not use
    ...(inputMoments !== undefined && { inputMoments: inputMoments as InputMoments }),
  };
  if (compressor === undefined) return checked;
  assertCompressor(where, 'compressor', compressor);
  if (compressor.format.id === own.format.id) return { ...checked, compressor };
  throw new GCompressError('invalid-option', {
    where: `${where} compressor`,
    expected: `a compressor of format '${own.format.id}'`,
    actual: `format '${compressor.format.id}'`,
  });
}

/** The alpha of a state, checked because a third party's schedule may give any value. */
export function checkedAlpha(schedule: CompressionSchedule, state: ScheduleState, name: string): number {
  const alpha: unknown = schedule.alpha(state);
  if (typeof alpha === 'number' && alpha >= 0 && alpha <= 1) return alpha;
  throw new GCompressError('contract', {
    where: `schedule of '${name}'`,
    expected: 'an alpha from 0 to 1',
    actual: describeValue(alpha),
  });
}

/** A warning if a planned form is not smaller than the matrix. */
export function sizeWarnings(format: string, shape: Shape2D, bytes: number): readonly string[] {
  const dense = elementCount(shape) * Float32Array.BYTES_PER_ELEMENT;
  if (bytes < dense) return [];
  return [`${format}: ${bytes} bytes are not fewer than the ${dense} of the dense matrix [${shape.join(', ')}].`];
}
