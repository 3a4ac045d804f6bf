// Plans the compressed form of each weight of a model, without compressing the model.
import { type ProgressOptions, partialProgress, reportProgress, type Shape2D } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';
import type { WeightMethod } from '@gcompress/packed';
import { assertGainsOf, assertMomentsOf, readModel, takingTurns } from '@gcompress/packed/weights';
import {
  createPlan,
  errorResponse,
  evaluateAll,
  type Plan,
  type PlanGoal,
  type PlanLimits,
  type PlanMatrix,
  type PlanPoint,
  type PlanSizes,
  paretoCurve,
} from '@gcompress/planner';
import { kernelsName, loadKernels } from '@gcompress/wasm-kernels/load';
import { compressNow } from '../compress-now.ts';
import { assertSensitivity } from '../compress-options.ts';
import { candidatesFor } from '../forms/candidates.ts';
import { equalSubjects } from '../forms/equal-subjects.ts';
import { plainForm, type Subject, subjectsOf } from '../forms/weight-forms.ts';
import { modelArtifacts, type TrainedModel } from '../model/model-artifacts.ts';
import { evaluationKeys } from './evaluation-key.ts';
import { estimatedHeaderBytes } from './header-bytes.ts';
import { answered, goalGap, measuredResponse } from './measured-response.ts';
import { completePlanOptions, PLANNING, type PlanModelOptions } from './plan-options.ts';
import { candidateCurves, formsOf, type PlannedForm, sizesOf } from './weight-candidates.ts';
import { type WeightTimes, weightTimes } from './weight-times.ts';

/** The plan of a model, and the curve that it is taken from. */
export interface ModelPlan {
  /** The plan within the limits; undefined without limits. */
  readonly plan: Plan<PlannedForm> | undefined;
  /**
   * Plans within other limits, without new evaluations.
   *
   * @throws GCompressError as {@link planModel}.
   */
  within(limits: PlanLimits, goal?: PlanGoal): Plan<PlannedForm>;
  /** The best plans of all sizes in bytes of the packed file, smallest first. */
  readonly curve: readonly PlanPoint<PlannedForm>[];
  /** Values of the weights that can be compressed, and the most of them that were evaluated at one size. */
  readonly values: { readonly all: number; readonly evaluated: number };
  /** The estimated bytes of the file before the weights. */
  readonly headerBytes: number;
  /** The kernels that methods could use, as in the report of `compressNow`. */
  readonly kernels: string;
  /** The method of each weight for a plan: `compressNow(model, { method: methodOf(plan) })`. */
  methodOf(point: Pick<PlanPoint<PlannedForm>, 'choices'>): WeightMethod;
}

/** Part of the work in evaluations, without and with measurements. */
const EVALUATING = 0.95;
const EVALUATING_BESIDE = 0.5;

/**
 * Plans the form of each weight for limits on bytes, memory, multiply-adds, the time or the expected error. It evaluates the candidates at a few sizes,
 * of large models on a sample of columns, and interpolates between these. The sizes and errors of the plan are expected ones: `compressNow`
 * with `methodOf(plan)` makes the model, and measures it.
 *
 * @param model a layers model, a graph model, or artifacts; it is not changed.
 * @throws GCompressError `invalid-option` and `unknown-option`; `non-finite` for NaN in a weight; `budget-unreachable` with the least possible;
 *   what the store throws; the signal's reason when aborted.
 */
export async function planModel(model: TrainedModel, options: PlanModelOptions = {}): Promise<ModelPlan> {
  const checked = completePlanOptions(options);
  const { limits, goal, points, candidates, measure, multiplyAdds, times, store, signal, onProgress } = checked;
  const listeners: ProgressOptions = { signal, onProgress };
  const contents = readModel(PLANNING, await modelArtifacts(PLANNING, model));
  assertMomentsOf(PLANNING, checked.inputMoments, contents);
  assertGainsOf(PLANNING, checked.channelGains, contents);
  assertSensitivity(PLANNING, checked.sensitivity, contents);
  reportProgress(listeners, 0);
  const kernels = await loadKernels(checked.kernels);
  const equals = equalSubjects(contents, checked.minElements, (weight) => candidatesFor(PLANNING, candidates, weight));
  const subjects = subjectsOf(contents, { where: PLANNING, ...checked, kernels, equals });
  const methodOf: ModelPlan['methodOf'] = ({ choices }) => {
    const compressors = new Map(choices.map(({ name, form }) => [name, form.compressor]));
    return ({ name }) => compressors.get(equals.get(name)?.[0] ?? name);
  };
  const form = { kernels, turn: takingTurns(signal), signal, onProgress };
  const curves = await Promise.all(
    subjects.map(async ({ matrix }) => {
      if (!matrix) return [];
      const keys = new Map(
        await Promise.all(
          (store ? [matrix, ...(matrix.sample ? [matrix.sample] : [])] : []).map(
            async (one) => [one, await evaluationKeys(one)] as const,
          ),
        ),
      );
      return candidateCurves(PLANNING, candidates, matrix, (one) => keys.get(one), form);
    }),
  );
  const evaluating = measure ? EVALUATING_BESIDE : EVALUATING;
  const tasks = curves.flat().flatMap((curve) => curve.tasks);
  const results = await evaluateAll(tasks, { store, ...partialProgress(listeners, 0, evaluating) });
  const namesOf = ({ weight: { name }, copyOf }: Subject) => (copyOf === undefined ? (equals.get(name) ?? [name]) : []);
  const workOf = (subject: Subject) =>
    multiplyAdds && namesOf(subject).reduce((sum, name) => sum + (multiplyAdds.get(name) ?? 0), 0);
  const dense = subjects.map((subject) => [shapeOf(subject), workOf(subject) ?? 0] as const);
  const timed = times && weightTimes(PLANNING, times, dense);
  let at = 0;
  const matrices = subjects.map((subject, index): PlanMatrix<PlannedForm> => {
    // Equal weights share bytes, but neither memory nor work
    const each = (form: PlannedForm) => withMemory(form, namesOf(subject).length);
    const work = workOf(subject);
    const forms = curves[index].flatMap((curve) => {
      const own = results.slice(at, at + curve.tasks.length);
      at += curve.tasks.length;
      return formsOf(curve, own, shapeOf(subject), work, timed).map(each);
    });
    return {
      name: subject.weight.name,
      weight: subject.matrix?.sensitivity ?? 0,
      dense: each(denseForm(subject, work, timed)),
      candidates: forms,
    };
  });
  const headerBytes = await estimatedHeaderBytes(contents, subjects, (index) => curves[index][0]?.compressors[0]);
  const fixed: PlanSizes = { packed: headerBytes, ...(timed && { time: timed.fixed }) };
  const curve = paretoCurve(matrices, { fixed, points });
  const response = measure
    ? await measuredResponse(curve, {
        ...partialProgress(listeners, evaluating, 0.99),
        make: (point, progress) =>
          compressNow(model, { ...compressOptions(checked), ...definedOf(progress), method: methodOf(point) }),
        measure,
      })
    : errorResponse([]);
  const within: ModelPlan['within'] = (wanted, aim) => {
    assertType(PLANNING, 'limits', wanted, 'object', 'Pass { packed: 1_000_000 }.');
    const { error } = wanted;
    const sums = { ...wanted, ...(error !== undefined && { error: response.invert(error) }) };
    const plan = createPlan(matrices, { limits: sums, fixed, ...(aim && { goal: aim }), signal });
    return { ...answered(plan, response), gap: goalGap(plan, response) };
  };
  const plan = limits && within(limits, goal);
  reportProgress(listeners, 1);
  return {
    plan,
    within,
    curve: curve.map((point) => answered(point, response)),
    values: valuesOf(subjects),
    headerBytes,
    kernels: kernelsName(kernels),
    methodOf,
  };
}

/** What the models for measurements share with the plan. */
function compressOptions({
  inputMoments,
  channelGains,
  minElements,
  rest,
  kernels,
}: ReturnType<typeof completePlanOptions>) {
  return { inputMoments, channelGains, minElements, rest, ...(kernels && { kernels }) };
}

function definedOf({ signal, onProgress }: ProgressOptions): {
  signal?: AbortSignal;
  onProgress?: (done: number) => void;
} {
  return { ...(signal && { signal }), ...(onProgress && { onProgress }) };
}

/** The form of so many equal weights. */
function withMemory(form: PlannedForm, count: number): PlannedForm {
  const { raw = 0, memory = 0 } = form.sizes;
  return { ...form, sizes: { ...form.sizes, raw: count * raw, memory: count * memory } };
}

function denseForm(subject: Subject, multiplyAdds: number | undefined, times: WeightTimes | undefined): PlannedForm {
  const entries = subject.weight.shape.reduce((product, side) => product * side, 1);
  const { method, options, sizes, error } = plainForm(subject);
  const time = times?.of(shapeOf(subject), multiplyAdds ?? 0);
  const own = { ...sizes, ...sizesOf(entries, entries, multiplyAdds), ...time?.sizes };
  return { method, options, sizes: own, error, ...(time && { timeDeviation: time.timeDeviation ?? 0 }) };
}

/** The sides of a weight as a matrix; a weight that cannot be compressed has its last axis as columns. */
function shapeOf({ matrix, weight: { shape } }: Subject): Shape2D {
  const columns = shape.at(-1) ?? 1;
  return matrix?.weight.matrix.shape ?? [shape.slice(0, -1).reduce((product, side) => product * side, 1), columns];
}

function valuesOf(subjects: readonly Subject[]): ModelPlan['values'] {
  const sizes = subjects.flatMap(({ matrix }) =>
    matrix ? [[matrix.weight.matrix.data.length, (matrix.sample ?? matrix).weight.matrix.data.length]] : [],
  );
  const sum = (which: number) => sizes.reduce((total, each) => total + each[which], 0);
  return { all: sum(0), evaluated: sum(1) };
}
