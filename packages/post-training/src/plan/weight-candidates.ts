// Candidate forms of one weight for a plan: some evaluated, others interpolated between them.
import type { JsonObject, MatrixCompressor, Shape2D } from '@gcompress/core';
import type { EvaluationTask, PlanCandidate, PlanSizes } from '@gcompress/planner';
import { interpolatedError } from '@gcompress/planner';
import { type Candidates, candidatesFor, ofSize, type SizedCompressor, type SizedMethod } from '../forms/candidates.ts';
import { compressedForm, type FormOptions, type MatrixSubject } from '../forms/weight-forms.ts';
import type { WeightTimes } from './weight-times.ts';

/** A form of a weight in a plan. */
export interface PlannedForm extends PlanCandidate {
  /** The compressor that makes it; undefined for the uncompressed form. */
  readonly compressor?: MatrixCompressor;
}

/** The result of an evaluation, as it is stored: null if the method refuses the weight. */
export type Evaluated = { packed: number; error: number; deviation: number } | null;

/** Sizes that are evaluated, in bits per entry. */
const BITS = [0.5, 1, 1.5, 2, 3, 4, 5.5, 8];
/** Sizes between two evaluated ones. */
const BETWEEN = 4;
/** Methods whose errors and bytes are alike in all columns, so that a sample of columns stands for the matrix. */
const SAMPLED = ['uniform', 'kmeans', 'pruned', 'pruned-kmeans'];

/** Evaluations of one candidate on a weight. */
export interface CandidateCurve {
  /** The method that makes compressors of any size; undefined for a single compressor. */
  readonly method: SizedMethod | undefined;
  readonly compressors: readonly MatrixCompressor[];
  readonly tasks: readonly EvaluationTask<Evaluated>[];
}

/** The candidates of a weight, with the evaluations that they need. */
export function candidateCurves(
  where: string,
  candidates: Candidates,
  subject: MatrixSubject,
  keyOf: (subject: MatrixSubject) => ((method: string, options: JsonObject) => string) | undefined,
  options: FormOptions,
): CandidateCurve[] {
  return candidatesFor(where, candidates, subject.packable).map((candidate) => {
    const isSingle = 'compress' in candidate;
    const { shape } = subject.weight.matrix;
    const of = (on: MatrixSubject): readonly (SizedCompressor | undefined)[] =>
      isSingle
        ? [{ compressor: candidate }]
        : BITS.map((bits) => ofSize(candidate, on.weight.matrix.shape, { ratio: 32 / bits })[0]);
    const whole = of(subject);
    const isSampled = subject.sample && whole.every((one) => !one || SAMPLED.includes(one.compressor.method));
    const evaluated = isSampled ? (subject.sample as MatrixSubject) : subject;
    const pairs = of(evaluated).flatMap((sized, i) => {
      const full = whole[i];
      return sized && full ? [{ sized, full }] : [];
    });
    return {
      method: isSingle ? undefined : candidate,
      compressors: pairs.map(({ full }) => full.compressor),
      tasks: pairs.map(({ sized }) => taskOf(evaluated, sized, entriesOf(shape), keyOf(evaluated), options)),
    };
  });
}

function taskOf(
  subject: MatrixSubject,
  sized: SizedCompressor,
  entries: number,
  keyOf: ((method: string, options: JsonObject) => string) | undefined,
  options: FormOptions,
): EvaluationTask<Evaluated> {
  const own = entriesOf(subject.weight.matrix.shape);
  const { compressor } = sized;
  return {
    key: keyOf?.(compressor.method, compressor.options),
    work: own,
    evaluate: async (progress) => {
      const form = await compressedForm(subject, sized, { ...options, ...progress });
      if (typeof form === 'string') return null;
      return { packed: (form.sizes.packed * entries) / own, error: form.error, deviation: form.deviation ?? 0 };
    },
  };
}

/** The forms of one candidate: the evaluated ones, and of a method of many sizes those between them. */
export function formsOf(
  { method, compressors }: CandidateCurve,
  results: readonly Evaluated[],
  shape: Shape2D,
  multiplyAdds: number | undefined,
  times: WeightTimes | undefined,
): PlannedForm[] {
  const known = results.flatMap((result, i) =>
    result ? [{ ...result, size: result.packed, compressor: compressors[i] }] : [],
  );
  const form = (compressor: MatrixCompressor, packed: number, error: number, deviation: number): PlannedForm => {
    const { sizes, ...time } = times?.of(shape, multiplyAdds ?? 0, { compressor, bytes: packed }) ?? {};
    return {
      method: compressor.method,
      options: compressor.options,
      sizes: { packed: Math.ceil(packed), ...computedSizes(compressor, shape, multiplyAdds), ...sizes },
      error,
      deviation,
      ...time,
      compressor,
    };
  };
  const evaluated = known.map(({ compressor, packed, error, deviation }) => form(compressor, packed, error, deviation));
  if (!method || known.length < 2) return evaluated;
  const sorted = [...known].sort((a, b) => a.size - b.size);
  const between = sorted.slice(1).flatMap((to, at) =>
    Array.from({ length: BETWEEN }, (_, i) => {
      const from = sorted[at];
      return Math.floor(from.size * (to.size / from.size) ** ((i + 1) / (BETWEEN + 1)));
    }),
  );
  return evaluated.concat(
    between.flatMap((bytes) =>
      ofSize(method, shape, { bytes }).map(({ compressor }) => {
        const { error, deviation } = interpolatedError(sorted, bytes);
        return form(compressor, bytes, error, deviation);
      }),
    ),
  );
}

/** Memory and multiply-adds of a form: those of its factors if it is a plain product, otherwise those of the dense matrix. */
function computedSizes(compressor: MatrixCompressor, shape: Shape2D, multiplyAdds: number | undefined): PlanSizes {
  const { product } = compressor.format;
  const { factors } = compressor.plan(shape);
  const entries = product
    ? product.reduce((sum, name) => sum + factors[name].shape.reduce((size, side) => size * side, 1), 0)
    : entriesOf(shape);
  return sizesOf(entries, entriesOf(shape), multiplyAdds);
}

/** Sizes of a product of so many entries in place of a matrix of so many; undefined multiply-adds are left out. */
export function sizesOf(entries: number, dense: number, multiplyAdds: number | undefined): PlanSizes {
  const bytes = Float32Array.BYTES_PER_ELEMENT * entries;
  return {
    raw: bytes,
    memory: bytes,
    ...(multiplyAdds !== undefined && { multiplyAdds: (multiplyAdds * entries) / dense }),
  };
}

function entriesOf([rows, columns]: Shape2D): number {
  return rows * columns;
}
