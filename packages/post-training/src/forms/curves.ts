// Measures the error curve of each weight: bytes and cost of its candidate forms.
import { partialProgress } from '@gcompress/core';
import type { PlanMatrix } from '@gcompress/planner';
import { type Candidates, firstCompressors, ofSize, type SizedCompressor, type SizedMethod } from './candidates.ts';
import {
  compressedForm,
  type FormOptions,
  type MatrixSubject,
  plainForm,
  type Subject,
  type WeightForm,
} from './weight-forms.ts';

/** How forms are measured. */
export interface MeasureOptions extends FormOptions {
  readonly candidates: Candidates;
}

/** A weight and its measured forms, the plain form first. */
export interface Curve {
  readonly subject: Subject;
  readonly forms: WeightForm[];
  /** The reason why a candidate failed. */
  refusal?: string;
}

/** Weights and their forms as the planner sees them. */
export function planMatrices(curves: readonly Curve[]): PlanMatrix<WeightForm>[] {
  return curves.map(({ subject: { weight, matrix }, forms: [dense, ...candidates] }) => ({
    name: weight.name,
    weight: matrix?.sensitivity ?? 0,
    dense,
    candidates,
  }));
}

/** Measures the first candidates of each weight. */
export async function measuredCurves(subjects: readonly Subject[], options: MeasureOptions): Promise<Curve[]> {
  const curves: Curve[] = [];
  const all = subjects.reduce((sum, subject) => sum + entries(subject), 0);
  let done = 0;
  for (const subject of subjects) {
    const curve: Curve = { subject, forms: [plainForm(subject)] };
    curves.push(curve);
    const { matrix } = subject;
    if (!matrix) continue;
    const compressors = firstCompressors(options.candidates, matrix.packable, matrix.weight.matrix.shape);
    for (const compressor of compressors) {
      const until = done + entries(subject) / compressors.length;
      await add(curve, matrix, compressor, { ...options, ...partialProgress(options, done / all, until / all) });
      done = until;
    }
  }
  return curves;
}

/** Measures a form of about this many bytes; undefined if the method has none, or none smaller than the plain form. */
export async function addSize(
  curve: Curve,
  matrix: MatrixSubject,
  method: SizedMethod | undefined,
  bytes: number,
  options: MeasureOptions,
): Promise<WeightForm | undefined> {
  const [compressor] = method ? ofSize(method, matrix.weight.matrix.shape, { bytes }) : [];
  return compressor && add(curve, matrix, compressor, options);
}

async function add(
  curve: Curve,
  matrix: MatrixSubject,
  compressor: SizedCompressor,
  options: MeasureOptions,
): Promise<WeightForm | undefined> {
  const form = await compressedForm(matrix, compressor, options);
  if (typeof form === 'string') {
    curve.refusal ??= form;
    return undefined;
  }
  // A form as large as the plain one would not be stored
  if (form.sizes.packed >= curve.subject.plain.bytes.length) return undefined;
  curve.forms.push(form);
  return form;
}

function entries({ matrix }: Subject): number {
  return matrix?.weight.matrix.data.length ?? 0;
}
