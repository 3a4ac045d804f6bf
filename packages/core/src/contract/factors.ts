// Factors, their specs, and plans: the plain data between encoders and decoders.
import { fileError, GCompressError } from '../checks/errors.ts';
import { describeShape, describeValue } from '../checks/option-checks.ts';
import type { Shape2D } from '../matrix/matrix.ts';
import { elementCount } from '../tensors/element-count.ts';

/** What can be written into a file's header and a layer's configuration. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
/** A plain object of {@link JsonValue}s. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Shape, dtype and role of one factor, known before the algorithm runs. */
export interface FactorSpec {
  /** Any rank; for data-dependent sizes the largest that can occur. */
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  /** Whether an optimizer may change the values. Indices, signs and masks are not trainable. */
  readonly trainable: boolean;
}

/** One of the arrays that a compressed matrix consists of, in the form that computes and trains. */
export interface Factor extends FactorSpec {
  /**
   * Row-major; `Float32Array` for float32, `Int32Array` for int32. A getter may make an array of its own when it is first needed, for what follows
   * from the config; checks then leave it alone.
   */
  readonly data: Float32Array | Int32Array;
}

/** Whether the data of a factor is made by a getter when it is first needed. */
export function isMadeLater(factor: object): boolean {
  return Object.getOwnPropertyDescriptor(factor, 'data')?.get !== undefined;
}

/** What a reconstruction may know besides its factors. */
export interface MatrixForm {
  /** Shape `[m, n]` of the matrix that the factors stand for. */
  readonly shape: Shape2D;
  /** What factors cannot hold, e.g. `{ seed: 42 }`. Depends on options and shape only, never on the data. */
  readonly config: JsonObject;
}

/** What an algorithm produces: plain data that can be cloned to a worker. `K` names the factors, e.g. `'b' | 'c'`. */
export interface Factorization<K extends string = string> extends MatrixForm {
  readonly factors: Readonly<Record<K, Factor>>;
}

/** What an algorithm will produce for a shape, known without running it. */
export interface FactorizationPlan<K extends string = string> extends MatrixForm {
  readonly factors: Readonly<Record<K, FactorSpec>>;
  /** The most bytes that the stored form takes, whatever the values of the matrix. */
  readonly byteLength: number;
}

/**
 * A float32 factor.
 *
 * @throws GCompressError `contract` when the data does not fill the shape.
 */
export function floatFactor(shape: readonly number[], data: Float32Array, trainable = true): Factor {
  return checkedFactor({ shape, dtype: 'float32', trainable, data });
}

/**
 * An int32 factor, such as indices; never trainable.
 *
 * @throws GCompressError `contract` when the data does not fill the shape.
 */
export function indexFactor(shape: readonly number[], data: Int32Array): Factor {
  return checkedFactor({ shape, dtype: 'int32', trainable: false, data });
}

function checkedFactor(factor: Factor): Factor {
  const { shape, dtype, data } = factor;
  const isTyped = data instanceof (dtype === 'int32' ? Int32Array : Float32Array);
  if (!isTyped || data.length !== elementCount(shape)) {
    const actual = isTyped ? `${data.length} values` : describeValue(data);
    throw fileError('contract', 'factor', `${dtype} data for shape ${describeShape(shape)}`, actual, '');
  }
  return factor;
}

/**
 * The factor enlarged to `shape` with zeros at the end of each axis. By contract this does not change what a format
 * reconstructs, so a host can reserve the largest size of a {@link FactorizationPlan} and put a smaller result in it.
 *
 * @throws GCompressError `contract` when the factor does not fit.
 */
export function padFactor(factor: Factor, shape: readonly number[]): Factor {
  const fits =
    Array.isArray(factor?.shape) &&
    Array.isArray(shape) &&
    ArrayBuffer.isView(factor.data) &&
    factor.shape.length === shape.length &&
    factor.shape.every((side, axis) => side <= (shape[axis] ?? 0));
  if (!fits) {
    throw new GCompressError('contract', {
      where: 'padFactor',
      expected: `a factor that fits in ${describeShape(shape)}`,
      actual: describeShape(factor?.shape ?? factor),
    });
  }
  if (factor.shape.every((side, axis) => side === shape[axis])) return factor;
  const data = factor.dtype === 'int32' ? new Int32Array(elementCount(shape)) : new Float32Array(elementCount(shape));
  const runLength = factor.shape[factor.shape.length - 1] ?? 1;
  for (let run = 0; run * runLength < factor.data.length; run++) {
    data.set(factor.data.subarray(run * runLength, (run + 1) * runLength), targetOffset(run, factor.shape, shape));
  }
  return { ...factor, shape, data };
}

/** Where the run-th row (along the last axis) of a tensor shaped `from` begins inside one shaped `to`. */
function targetOffset(run: number, from: readonly number[], to: readonly number[]): number {
  let rest = run;
  let stride = to[to.length - 1] ?? 1;
  let offset = 0;
  for (let axis = from.length - 2; axis >= 0; axis--) {
    const side = from[axis] ?? 1;
    offset += (rest % side) * stride;
    rest = Math.floor(rest / side);
    stride *= to[axis] ?? 1;
  }
  return offset;
}
