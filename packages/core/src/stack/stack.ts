// A method that compresses the factors of another one with further methods.

import { GCompressError } from '../checks/errors.ts';
import { assertKnownOptions, assertType } from '../checks/option-checks.ts';
import { type ProgressOptions, partialProgress, reportProgress } from '../checks/progress.ts';
import type { Algorithm, FactorizeOptions } from '../contract/algorithm.ts';
import { type CompressionMethod, defineMethod } from '../contract/define-method.ts';
import { type Factor, padFactor } from '../contract/factors.ts';
import type { CompressOptions, MatrixCompressor } from '../contract/matrix-compressor.ts';
import type { Matrix, Shape2D } from '../matrix/matrix.ts';
import { stackFormats } from './stack-formats.ts';
import { besides, codedShape, outside } from './stack-parts.ts';
import { type Coders, planStack } from './stack-plan.ts';
import { withRole } from './stack-stored.ts';

/** The options of a stacked method: options of the outer method, and options of each inner method under the name of its factor. */
export interface StackOptions<O, I> {
  readonly outer: O;
  readonly inner: I;
}

// The parameter of a method's call is contravariant, so `never` is the one type that every method accepts
type AnyMethod = CompressionMethod<never>;
type OptionsOf<M> = M extends CompressionMethod<infer O> ? O : never;
type InnerOptions<I> = { readonly [name in keyof I]: OptionsOf<I[name]> };

/**
 * A method that compresses the factors of another one, such as low-rank factors whose values are then k-means coded:
 *
 * ```ts
 * const coded = stack(lowRank, { b: kMeans, c: kMeans });
 * const compressor = coded({ outer: { rank: 30 }, inner: { b: { bits: 4 }, c: { bits: 4 } } });
 * ```
 *
 * Factors without an inner method stay as they are: indices, masks and signs must, others may. A factor that is no matrix is compressed
 * as one, a vector `[n]` as `[1, n]`. The factors of an inner method train if the outer method trains the factor that they stand for.
 *
 * @param outer the method that is applied to the matrix.
 * @param inner the methods that are applied to its factors, by name.
 * @throws GCompressError `invalid-option` when there is no inner method; from `plan` and `compress` when one is for a factor that the
 *   outer method does not have for the options and the shape, or does not store as numbers of its own.
 */
export function stack<O extends AnyMethod, I extends Readonly<Record<string, AnyMethod>>>(
  outer: O,
  inner: I,
): CompressionMethod<StackOptions<OptionsOf<O>, InnerOptions<I>>> {
  assertMethod('stack outer', outer);
  assertType('stack', 'inner', inner, 'object', 'Give a method for each factor, by name.');
  const names = Object.keys(inner);
  if (names.length === 0) {
    throw new GCompressError('invalid-option', {
      where: 'stack',
      expected: 'a method for at least one factor',
      actual: 'none',
      hint: 'Name a factor of the outer method, as in stack(lowRank, { b: kMeans }).',
    });
  }
  for (const name of names) assertMethod(`stack inner ${name}`, inner[name]);
  const format = stackFormats(outer.format, Object.fromEntries(names.map((name) => [name, inner[name].format])));
  return defineMethod({
    name: format.id,
    format,
    // Both speak of the matrix, so the outer method gets them
    accepts: outer.accepts ?? [],
    create(options: StackOptions<OptionsOf<O>, InnerOptions<I>>) {
      assertKnownOptions(format.id, options, ['outer', 'inner']);
      assertKnownOptions(`${format.id} inner`, options.inner, names);
      const coders = names.map((name) => [name, inner[name](options.inner[name] as never)] as const);
      return stackedAlgorithm(outer(options.outer as never), Object.fromEntries(coders));
    },
  });
}

function assertMethod(where: string, method: unknown): asserts method is AnyMethod {
  assertType(where, 'method', method, 'function', 'Give the method itself, such as lowRank, not what it returns.');
  assertType(where, 'format', (method as { readonly format?: unknown }).format, 'object');
}

function stackedAlgorithm(outer: MatrixCompressor, coders: Coders): Algorithm<string> {
  const inner = Object.entries(coders);
  const changes = [outer, ...Object.values(coders)].some((part) => part.atStep);
  const at = (part: MatrixCompressor, step: number) => part.atStep?.(step) ?? part;
  // A plan packs zeros to see what the outer format stores, and hosts ask for the same one before every update
  const plans = new Map<string, ReturnType<typeof planStack>>();
  const planFor = (shape: Shape2D) => {
    const key = shape.join();
    const plan = plans.get(key) ?? planStack(outer, coders, shape);
    plans.set(key, plan);
    return plan;
  };
  return {
    ...(changes && {
      atStep: (step: number) =>
        stackedAlgorithm(at(outer, step), Object.fromEntries(inner.map(([name, coder]) => [name, at(coder, step)]))),
    }),
    options: { outer: outer.options, inner: Object.fromEntries(inner.map(([name, coder]) => [name, coder.options])) },
    plan: planFor,
    async factorize(matrix, options) {
      const planned = outer.plan(matrix.shape).factors;
      const { warn, onProgress, ...others } = options;
      const outerPart = partialProgress({ onProgress }, 0, 0.5);
      const { factors, notes = [] } = await outer.compress(matrix, { ...others, ...listening(outerPart) });
      for (const note of notes) warn(note);
      // At their planned sizes, because the form of each part must not depend on the data
      const whole = Object.entries(factors).map(([name, factor]): [string, Factor] => [
        name,
        padFactor(factor, planned[name].shape),
      ]);
      const padded = Object.fromEntries(whole);
      const coded: [string, Factor][] = [];
      for (const [index, [name, coder]] of inner.entries()) {
        const [from, to] = [index, index + 1].map((part) => 0.5 + (0.49 * part) / inner.length);
        const part = partialProgress(options, from, to);
        coded.push(...(await encode(name, coder, padded[name], { ...listening(part), warn })));
      }
      reportProgress(options, 1);
      return { ...besides(padded, Object.keys(coders)), ...Object.fromEntries(coded) };
    },
  };
}

async function encode(
  name: string,
  coder: MatrixCompressor,
  { shape, data, trainable }: Factor,
  { warn, ...listeners }: FactorizeOptions,
): Promise<[string, Factor][]> {
  const matrix: Matrix = { shape: codedShape(shape), data: Float32Array.from(data) };
  const { factors, notes = [] } = await coder.compress(matrix, listeners);
  for (const note of notes) warn(`${name}: ${note}`);
  return outside(name, withRole(factors, trainable));
}

/** The listeners that there are: an option that is given must have a value. */
function listening({ signal, onProgress }: ProgressOptions): Pick<CompressOptions, 'signal' | 'onProgress'> {
  return { ...(signal && { signal }), ...(onProgress && { onProgress }) };
}
