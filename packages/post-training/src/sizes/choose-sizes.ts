// Chooses the stored form of each weight, so that the whole file fits a budget and the total cost of errors is small.
import { GCompressError, partialProgress, reportProgress } from '@gcompress/core';
import type { RestDtype } from '@gcompress/packed';
import type { ModelContents } from '@gcompress/packed/weights';
import { createPlan, growths, paretoCurve, refinements } from '@gcompress/planner';
import { addSize, type Curve, type MeasureOptions, measuredCurves, planMatrices, wholeForm } from '../forms/curves.ts';
import type { Subject, WeightForm } from '../forms/weight-forms.ts';
import { type BuiltModel, builtModel, type Outcome } from '../model/build-model.ts';

/** Inputs of the choice of sizes. */
export interface SizeOptions extends MeasureOptions {
  /** The most bytes that the packed file may take. */
  readonly bytes: number;
  readonly rest: RestDtype;
}

/** A model that fits, and how each of its weights is stored. */
export interface ChosenSizes extends BuiltModel {
  readonly outcomes: readonly Outcome[];
}

/** Rounds that measure sizes between the measured ones. */
const ROUNDS = 2;
/** Gaps between sizes below this fraction of the budget are small enough. */
const CLOSE = 0.005;
/** A rest of the budget below this part of it stays unused. */
const SPENT = 0.001;
/** Rounds that spend the rest of the budget on one weight. */
const SPENDINGS = 3;
/** A budget of which the smallest forms take less than this part is surely possible. */
const SURELY = 0.8;
/** Most packed files until one fits; the size of the header depends on the chosen forms. */
const FILES = 8;
/** Forms that the exact search of each plan may try. */
const NODES = 20_000;

/**
 * Measures the candidates of each weight, and chooses forms so that one more byte would reduce the cost equally in every weight.
 *
 * @throws GCompressError `budget-unreachable` with the bytes of the smallest file; the signal's reason when aborted.
 */
export async function chosenSizes(
  contents: ModelContents,
  subjects: readonly Subject[],
  options: SizeOptions,
): Promise<ChosenSizes> {
  const { bytes, rest, signal, onProgress } = options;
  const part = (from: number, to: number) => ({ ...options, ...partialProgress({ signal, onProgress }, from, to) });
  const curves = await measuredCurves(subjects, part(0, 0.7));
  const outcomes = (forms: readonly WeightForm[]): Outcome[] =>
    curves.map(({ subject, forms: { length }, refusal }, i) => ({
      subject,
      form: forms[i],
      rest,
      note: length === 1 ? refusal : undefined,
    }));
  const whole = async (estimates: readonly WeightForm[]): Promise<WeightForm[]> => {
    const forms: WeightForm[] = [];
    for (const [i, form] of estimates.entries()) forms.push(await wholeForm(curves[i], form, part(0.9, 0.9)));
    return forms;
  };
  const build = async (forms: readonly WeightForm[]): Promise<ChosenSizes> => {
    const chosen = outcomes(await whole(forms));
    return { ...(await builtModel(contents, chosen, signal)), outcomes: chosen };
  };
  const smallest = smallestForms(curves);
  // The header of a file of plain forms, which takes no compression, is nearly the same
  const bare = curves.map(({ forms: [plain] }) => plain);
  let room = bytes - ((await build(bare)).report.bytes - total(bare));
  if (total(smallest) > SURELY * room) {
    const least = await build(smallest);
    if (least.report.bytes > bytes) throw unreachable(bytes, least.report.bytes);
    room = bytes - (least.report.bytes - total(least.outcomes.map(({ form }) => form)));
  }
  for (let round = 0; round < ROUNDS; round++) {
    const from = 0.7 + (0.2 * round) / ROUNDS;
    await refine(curves, room, part(from, from + 0.2 / ROUNDS));
  }
  for (let file = 0; file < FILES; file++) {
    const done = 0.9 + (0.1 * file) / FILES;
    reportProgress(options, done);
    const forms = await whole(chosen(curves, room));
    const built = await build(await spent(curves, forms, room, part(done, done)));
    if (built.report.bytes <= bytes) return built;
    // Doubles the reserve each time, because the new forms may need a larger header again
    room = Math.max(total(smallest), room - 2 ** file * (built.report.bytes - bytes));
  }
  const least = await build(smallestForms(curves));
  if (least.report.bytes > bytes) throw unreachable(bytes, least.report.bytes);
  return least;
}

/** Measures sizes between the chosen form of each weight and its neighbours, where these are far away. */
async function refine(curves: readonly Curve[], room: number, options: SizeOptions): Promise<void> {
  const matrices = planMatrices(curves);
  const plan = createPlan(matrices, { limits: { packed: room }, mostNodes: NODES });
  const gaps = refinements(matrices, plan, CLOSE * room);
  for (const [at, { index, size, from, to }] of gaps.entries()) {
    const { matrix } = curves[index].subject;
    const part = { ...options, ...partialProgress(options, at / gaps.length, (at + 1) / gaps.length) };
    const sizes = from.compressed?.sizes ?? to.compressed?.sizes;
    if (matrix) await addSize(curves[index], matrix, sizes, size, part);
  }
  reportProgress(options, 1);
}

/** Spends the remaining bytes on weights that can use them. */
async function spent(
  curves: readonly Curve[],
  forms: readonly WeightForm[],
  room: number,
  options: SizeOptions,
): Promise<WeightForm[]> {
  const result = [...forms];
  const matrices = planMatrices(curves);
  const choices = matrices.map(({ name }, i) => ({ name, form: forms[i], cost: 0 }));
  const byGain = growths(matrices, { choices }).filter(({ index }) => forms[index].compressed?.sizes);
  for (const { index } of byGain.slice(0, SPENDINGS)) {
    const left = room - total(result);
    if (left < SPENT * room) break;
    const { matrix } = curves[index].subject;
    const bytes = result[index].sizes.packed + left;
    const added = matrix && (await addSize(curves[index], matrix, result[index].compressed?.sizes, bytes, options));
    const form = added && (await wholeForm(curves[index], added, options));
    if (form && form.sizes.packed <= bytes && form.error < result[index].error) result[index] = form;
  }
  return result;
}

function chosen(curves: readonly Curve[], room: number): WeightForm[] {
  const { choices } = createPlan(planMatrices(curves), { limits: { packed: room }, mostNodes: NODES });
  return choices.map(({ form }) => form);
}

function smallestForms(curves: readonly Curve[]): WeightForm[] {
  const [smallest] = paretoCurve(planMatrices(curves), { points: 2 });
  return smallest.choices.map(({ form }) => form);
}

function total(forms: readonly WeightForm[]): number {
  return forms.reduce((sum, { sizes }) => sum + sizes.packed, 0);
}

function unreachable(bytes: number, least: number): GCompressError {
  return new GCompressError('budget-unreachable', {
    where: 'compressNow budget',
    expected: `at least ${least} bytes, the smallest file that the candidates make`,
    actual: `${bytes}`,
    hint: 'Allow more bytes, give candidates of smaller sizes, or compress more weights with a smaller minElements.',
  });
}
