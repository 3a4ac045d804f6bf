// Decides how each weight is stored: by one method, or by a function that chooses methods.
import { partialProgress, reportProgress } from '@gcompress/core';
import type { RestDtype, WeightMethod } from '@gcompress/packed';
import { chooseMethod } from '@gcompress/packed/weights';
import { ofSize, type SizedCompressor } from '../forms/candidates.ts';
import {
  compressedForm,
  type FormOptions,
  type MatrixSubject,
  plainForm,
  type Subject,
} from '../forms/weight-forms.ts';
import type { Outcome } from '../model/build-model.ts';

/** How a weight is stored. */
export interface Decision {
  readonly subject: Subject;
  /** The stored type if the weight is not compressed. */
  readonly rest: RestDtype;
  /** Undefined if the weight is not compressed. */
  readonly compressor?: SizedCompressor;
  /** The reason why it is not compressed. */
  readonly note?: string | undefined;
}

/** The decision for each weight by one method, or by a function that chooses methods. */
export function decisionsOf(
  where: string,
  method: WeightMethod,
  subjects: readonly Subject[],
  rest: RestDtype,
): Decision[] {
  return subjects.map((subject) => {
    const choice = subject.matrix && chooseMethod(where, method, subject.matrix.packable);
    if (choice === undefined) return { subject, rest };
    return typeof choice === 'string'
      ? { subject, rest: choice }
      : { subject, rest, compressor: { compressor: choice } };
  });
}

/** The decision to compress a weight as in an outcome, to no more bytes. */
export function decisionOf({ subject, form: { sizes: fixed, compressed }, rest, note }: Outcome): Decision {
  if (!compressed || !subject.matrix) return { subject, rest, note };
  const { compressor, sizes } = compressed;
  const bytes = fixed.packed;
  const [sized = { compressor }] = sizes ? ofSize(sizes, subject.matrix.weight.matrix.shape, { bytes }) : [];
  return { subject, rest, compressor: sized };
}

/** Compresses each weight as decided, independently of the others. */
export async function outcomesOf(decisions: readonly Decision[], options: FormOptions): Promise<Outcome[]> {
  const all = decisions.reduce((sum, { subject }) => sum + subject.weight.bytes.length, 0);
  const outcomes: Outcome[] = [];
  let done = 0;
  for (const decision of decisions) {
    reportProgress(options, all === 0 ? 0 : done / all);
    const from = done;
    done += decision.subject.weight.bytes.length;
    const part = { ...options, ...partialProgress(options, from / all, done / all) };
    outcomes.push(await outcomeOf(decision, decision.subject.matrix, part));
  }
  return outcomes;
}

/** Compresses a weight as decided. @param matrix what is compressed: the weight, or what it should become. */
export async function outcomeOf(
  { subject, compressor, rest, note }: Decision,
  matrix: MatrixSubject | undefined,
  options: FormOptions,
): Promise<Outcome> {
  const plain = { subject, form: plainForm(subject), rest, note };
  if (!matrix || !compressor) return plain;
  const form = await compressedForm(matrix, compressor, options);
  return typeof form === 'string' ? { ...plain, note: form } : { ...plain, form };
}
