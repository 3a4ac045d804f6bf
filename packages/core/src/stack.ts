import { type Algorithm, type CompressionMethod, defineMethod, type FactorizeOptions } from './define-method.ts';
import { GCompressError } from './errors.ts';
import { type Factor, type FactorSpec, type JsonObject, padFactor } from './factors.ts';
import type { Matrix, Shape2D } from './matrix.ts';
import type { CompressOptions, MatrixCompressor } from './matrix-compressor.ts';
import { assertKnownOptions, assertType } from './options.ts';
import { plannedByteLength } from './planned-byte-length.ts';
import { type ProgressOptions, partialProgress, reportProgress } from './progress.ts';
import { outside, stackFormats } from './stack-formats.ts';

/** The options of a stacked method: those of the outer method, and those of each inner one under the name of its factor. */
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
 * Every factor of the outer method needs an inner one, and must be a float32 matrix. What trains are the factors of the inner methods.
 *
 * @param outer the method that is applied to the matrix.
 * @param inner the methods that are applied to its factors, by name.
 */
export function stack<O extends AnyMethod, I extends Readonly<Record<string, AnyMethod>>>(
  outer: O,
  inner: I,
): CompressionMethod<StackOptions<OptionsOf<O>, InnerOptions<I>>> {
  assertMethod('stack outer', outer);
  assertType('stack', 'inner', inner, 'object', 'Give a method for each factor, by name.');
  const names = Object.keys(inner);
  for (const name of names) assertMethod(`stack inner ${name}`, inner[name]);
  const format = stackFormats(outer.format, Object.fromEntries(names.map((name) => [name, inner[name].format])));
  return defineMethod({
    name: format.id,
    format,
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

type Coders = Readonly<Record<string, MatrixCompressor>>;

function stackedAlgorithm(outer: MatrixCompressor, coders: Coders): Algorithm<string> {
  const inner = Object.entries(coders);
  const changes = [outer, ...Object.values(coders)].some((part) => part.atStep);
  const at = (part: MatrixCompressor, step: number) => part.atStep?.(step) ?? part;
  return {
    ...(changes && {
      atStep: (step: number) =>
        stackedAlgorithm(at(outer, step), Object.fromEntries(inner.map(([name, coder]) => [name, at(coder, step)]))),
    }),
    options: { outer: outer.options, inner: Object.fromEntries(inner.map(([name, coder]) => [name, coder.options])) },
    plan(shape) {
      const { factors, config } = outer.plan(shape);
      assertCoded(outer, factors, coders);
      const plans = inner.map(([name, coder]) => [name, coder, coder.plan(factors[name].shape as Shape2D)] as const);
      const parts = plans.map(([name, coder, plan]) => {
        const part: JsonObject = { version: coder.format.version, shape: [...plan.shape], config: plan.config };
        return [name, part] as const;
      });
      return {
        byteLength: plans.reduce((bytes, [, coder, plan]) => bytes + plannedByteLength(coder.format, plan), 0),
        factors: Object.fromEntries(plans.flatMap(([name, , plan]) => outside(name, plan.factors))),
        config: { outer: { version: outer.format.version, config }, inner: Object.fromEntries(parts) },
      };
    },
    async factorize(matrix, options) {
      const planned = outer.plan(matrix.shape).factors;
      const { warn, onProgress, ...others } = options;
      const outerPart = partialProgress({ onProgress }, 0, 0.5);
      const { factors, notes = [] } = await outer.compress(matrix, { ...others, ...listening(outerPart) });
      for (const note of notes) warn(note);
      const coded: [string, Factor][] = [];
      for (const [index, [name, coder]] of inner.entries()) {
        const [from, to] = [index, index + 1].map((part) => 0.5 + (0.49 * part) / inner.length);
        const part = partialProgress(options, from, to);
        // At its planned size, because the form of each part must not depend on the data
        const factor = padFactor(factors[name], planned[name].shape);
        coded.push(...(await encode(name, coder, factor, { ...listening(part), warn })));
      }
      reportProgress(options, 1);
      return Object.fromEntries(coded);
    },
  };
}

async function encode(
  name: string,
  coder: MatrixCompressor,
  { shape, data }: Factor,
  { warn, ...listeners }: FactorizeOptions,
): Promise<[string, Factor][]> {
  const matrix: Matrix = { shape: shape as Shape2D, data: Float32Array.from(data) };
  const { factors, notes = [] } = await coder.compress(matrix, listeners);
  for (const note of notes) warn(`${name}: ${note}`);
  return outside(name, factors);
}

/** The listeners that there are: an option that is given must have a value. */
function listening({ signal, onProgress }: ProgressOptions): Pick<CompressOptions, 'signal' | 'onProgress'> {
  return { ...(signal && { signal }), ...(onProgress && { onProgress }) };
}

function assertCoded(outer: MatrixCompressor, factors: Readonly<Record<string, FactorSpec>>, coders: Coders): void {
  const names = Object.keys(factors);
  const fits =
    names.length === Object.keys(coders).length &&
    names.every((name) => name in coders && factors[name].shape.length === 2 && factors[name].dtype === 'float32');
  if (fits) return;
  throw new GCompressError('invalid-option', {
    where: `stack of ${outer.method}`,
    expected: `a method for each of its factors, which are float32 matrices: ${names.join(', ')}`,
    actual: Object.keys(coders).join(', '),
  });
}
