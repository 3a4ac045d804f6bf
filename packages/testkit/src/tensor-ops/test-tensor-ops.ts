// testTensorOps: checks an implementation of the tensor operations against the reference.
import { type CpuTensor, createRandom, elementCount, type TensorOps } from '@gcompress/core';
import { assertKnownOptions, assertType } from '@gcompress/core/checks';
import { assertRunner } from '../assertions/argument-checks.ts';
import { assertClose } from '../assertions/assert-close.ts';
import { ensure, sameJson, sameNumbers } from '../assertions/assertions.ts';
import {
  type Chapter,
  type Check,
  type CheckResult,
  chapter,
  registerChapters,
  runChapters,
  type SkipReasons,
  type TestRunner,
} from '../assertions/check.ts';
import { tensorOpsCases } from './tensor-ops-cases.ts';

/** A backend, with conversions to and from its tensors. */
export interface TensorOpsSubject<T> {
  readonly ops: TensorOps<T>;
  /** The host's tensor with these values; `Int32Array` is int32. */
  toHost(tensor: CpuTensor): T;
  /** Shape, dtype and values of a host's tensor. */
  fromHost(tensor: T): CpuTensor | PromiseLike<CpuTensor>;
  /** The largest relative error of a long sum of products. Default 1e-5. */
  readonly tolerance?: number;
}

/** Options of {@link checkTensorOps}. */
export interface CheckTensorOpsOptions<T> extends TensorOpsSubject<T> {
  /** Checks that are not run, each with a reason that is shown. */
  readonly skip?: SkipReasons;
}

/** Options of {@link testTensorOps}. */
export interface TestTensorOpsOptions<T> extends CheckTensorOpsOptions<T> {
  /** `{ describe, it }` of vitest, jest or node:test. */
  readonly runner: TestRunner;
  /** Title of the suite. Default `'tensor operations'`. */
  readonly name?: string;
  /** Milliseconds that one check may take. Default 60 000. */
  readonly timeout?: number;
}

/**
 * The suite for a backend: compares every operation, with broadcasting, int32 indices and empty shapes, with results worked out by
 * hand; checks a long product, and that no operation changes its inputs.
 *
 * @throws GCompressError `unknown-option` or `invalid-option` for a skip without a check or without a reason.
 */
export function testTensorOps<T>(options: TestTensorOpsOptions<T>): void {
  assertType('testTensorOps', 'options', options, 'object');
  const { runner, name = 'tensor operations', timeout, ...subject } = options;
  assertRunner('testTensorOps', runner);
  registerChapters(runner, name, tensorOpsChapters(subject), subject.skip, timeout);
}

/**
 * Runs the same suite without a test framework and returns the result of each check.
 *
 * @throws GCompressError as {@link testTensorOps} does. A failed check is in the results.
 */
export async function checkTensorOps<T>(options: CheckTensorOpsOptions<T>): Promise<CheckResult[]> {
  return runChapters(tensorOpsChapters(options), options.skip);
}

function tensorOpsChapters<T>(subject: CheckTensorOpsOptions<T>): Chapter[] {
  assertKnownOptions('testTensorOps', subject, ['ops', 'toHost', 'fromHost', 'tolerance', 'skip']);
  assertType('testTensorOps', 'ops', subject.ops, 'object');
  assertType('testTensorOps', 'toHost', subject.toHost, 'function');
  assertType('testTensorOps', 'fromHost', subject.fromHost, 'function');
  return [chapter('operations', [...caseChecks<T>(), longProductCheck<T>()], subject)];
}

function caseChecks<T>(): Check<TensorOpsSubject<T>>[] {
  return tensorOpsCases.map(({ name, inputs, apply, expected }) => ({
    name,
    run: async ({ ops, toHost, fromHost }) => {
      const hosted = inputs.map(toHost);
      const { shape, data } = await fromHost(apply(ops, hosted));
      ensure(sameJson(shape, expected.shape), `gave [${shape.join(', ')}], expected [${expected.shape.join(', ')}]`);
      const type = expected.data.constructor;
      ensure(data.constructor === type, `gave a ${data.constructor.name}, expected a ${type.name}`);
      assertClose(data, expected.data);
      for (const [i, { data: was }] of inputs.entries()) {
        ensure(sameNumbers((await fromHost(hosted[i])).data, was), `changed its input ${i}`);
      }
    },
  }));
}

function longProductCheck<T>(): Check<TensorOpsSubject<T>> {
  return {
    name: 'matMul sums long products within the tolerance',
    run: async ({ ops, toHost, fromHost, tolerance = 1e-5 }) => {
      const [a, b] = [normal([7, 500], 1), normal([500, 9], 2)];
      const expected = Float64Array.from({ length: 7 * 9 }, (_, at) => {
        let sum = 0;
        for (let p = 0; p < 500; p++) sum += a.data[Math.floor(at / 9) * 500 + p] * b.data[p * 9 + (at % 9)];
        return sum;
      });
      const { data } = await fromHost(ops.matMul(toHost(a), toHost(b)));
      assertClose(data, expected, { absolute: tolerance * Math.sqrt(500), label: 'product' });
    },
  };
}

function normal(shape: readonly number[], seed: number): CpuTensor {
  const random = createRandom(seed);
  return { shape, data: Float32Array.from({ length: elementCount(shape) }, () => random.normal()) };
}
