// Measures the error curve of each weight: bytes and cost of its candidate forms.
import { partialProgress } from '@gcompress/core';
import type { PlanMatrix } from '@gcompress/planner';
import { type Candidates, firstCompressors, ofSize, type SizedCompressor, type SizedMethod } from './candidates.ts';
import { type ColumnSample, columnSample } from './column-sample.ts';
import {
  compressedForm,
  type FormOptions,
  type MatrixSubject,
  plainForm,
  type Subject,
  type WeightForm,
} from './weight-forms.ts';

/** A sample: enough entries for a coder to adapt to them. {@link wholeForm} corrects for the rows that are missing. */
const SAMPLE = { entries: 2 ** 15, mostRows: 768 };
/** A sample that takes more than this part of its bytes stands for a weight that takes all of them. */
const FILLED = 0.95;

/** How forms are measured. */
export interface MeasureOptions extends FormOptions {
  readonly candidates: Candidates;
}

/** A weight and its measured forms, the plain form first. */
export interface Curve {
  readonly subject: Subject;
  /** Some columns of a large weight. */
  readonly sample: ColumnSample<MatrixSubject> | undefined;
  readonly forms: WeightForm[];
  /** Error of a form of the whole weight, in errors of its estimate: fewer rows compensate less for each other. 1 until one is known. */
  correction: number;
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
    const { matrix } = subject;
    const curve: Curve = {
      subject,
      sample: matrix && columnSample(matrix, SAMPLE, options.kernels),
      correction: 1,
      forms: [plainForm(subject)],
    };
    curves.push(curve);
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
  const form = (await estimate(curve, compressor, options)) ?? (await compressedForm(matrix, compressor, options));
  if (typeof form === 'string') {
    curve.refusal ??= form;
    return undefined;
  }
  // A form as large as the plain one would not be stored
  if (form.sizes.packed >= curve.subject.plain.bytes.length) return undefined;
  curve.forms.push(form);
  return form;
}

/** The form by a sample of the columns; undefined without a sample, or if the method needs all columns. */
async function estimate(
  { sample, correction }: Curve,
  { compressor, method, bytes }: SizedCompressor,
  options: MeasureOptions,
): Promise<WeightForm | string | undefined> {
  if (!sample || !method?.byColumns || bytes === undefined) return undefined;
  const { subject, part } = sample;
  const [sized] = ofSize(method, subject.weight.matrix.shape, { bytes: Math.floor(bytes * part) });
  if (!sized) return undefined;
  const form = await compressedForm(subject, sized, options);
  if (typeof form === 'string' || !form.compressed) return form;
  const compressed = { ...form.compressed, compressor };
  const used = Math.ceil(form.sizes.packed / part);
  return {
    ...form,
    // Steps take a larger part of a sample of the rows
    sizes: { packed: used > FILLED * bytes ? bytes : used },
    error: correction * form.error,
    compressed,
    isEstimate: true,
  };
}

/**
 * The form of the whole weight for an estimated form; another form as it is. It takes the place of the estimate in the curve, and corrects the
 * errors of the other estimates.
 */
export async function wholeForm(curve: Curve, form: WeightForm, options: MeasureOptions): Promise<WeightForm> {
  const { matrix } = curve.subject;
  const { sizes } = form.compressed ?? {};
  if (!form.isEstimate || !matrix || !sizes) return form;
  const [sized] = ofSize(sizes, matrix.weight.matrix.shape, { bytes: form.sizes.packed });
  const whole = sized && (await compressedForm(matrix, sized, options));
  if (!whole || typeof whole === 'string') return plainForm(curve.subject);
  const by = form.error > 0 && whole.error > 0 ? whole.error / form.error : 1;
  curve.correction *= by;
  for (const [at, other] of curve.forms.entries()) {
    if (other === form) curve.forms[at] = whole;
    else if (other.isEstimate) curve.forms[at] = { ...other, error: by * other.error };
  }
  return whole;
}

function entries({ matrix }: Subject): number {
  return matrix?.weight.matrix.data.length ?? 0;
}
