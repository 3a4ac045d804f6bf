// gcompress plan: chooses the form of each weight for limits, and shows size against expected error.
import { resolve } from 'node:path';
import type { RestDtype } from '@gcompress/packed';
import type { PlanLimits } from '@gcompress/planner';
import { folderStore } from '@gcompress/planner/folder';
import { type ModelPlan, type PlanTimes, planModel } from '@gcompress/post-training';
import type { ImageOptions } from '../inputs/input-types.ts';
import { candidateFor, type MethodChoice } from '../models/methods.ts';
import { openModel } from '../models/open-model.ts';
import type { RunOptions } from '../models/run-model.ts';
import { comparedBytes, formatBytes, formatError } from '../output/byte-size.ts';
import { withProgress } from '../output/progress.ts';
import { printReport, type ReportForm } from '../output/report.ts';
import { markdownTable, terminalTable } from '../output/table.ts';
import type { Drop, MeasuredDrop } from '../plans/drop.ts';
import type { DropMeasure } from '../plans/drop-measures.ts';
import { curveTable, FORM_COLUMNS, formRows, pointData, timeWords } from '../plans/plan-tables.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import { usageError } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';

/** Options of `gcompress plan`. */
export interface PlanVerbOptions extends RunOptions, ImageOptions, ReportForm {
  readonly maxBytes?: number;
  /** Bytes in memory. */
  readonly maxMemory?: number;
  readonly maxMultiplyAdds?: number;
  /** Milliseconds for one example on the backend. */
  readonly maxTime?: number;
  /** Percent. */
  readonly maxDrop?: number;
  readonly measure?: DropMeasure;
  readonly inputs?: string;
  readonly candidate?: readonly MethodChoice[];
  /** Values that are evaluated. */
  readonly sample?: number;
  /** A folder for evaluations. */
  readonly cache?: string;
  readonly rest?: RestDtype;
  readonly minElements?: number;
  readonly batchSize: number;
}

/** Plans the form of each weight, and prints the plan and the curve. */
export async function plan(name: string, options: PlanVerbOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { inputs, maxDrop, maxMultiplyAdds, maxTime } = options;
  if (maxDrop !== undefined && inputs === undefined) {
    throw usageError('plan --max-drop', '--inputs, on which a drop can be expected', 'none');
  }
  const model = await openModel(name, surroundings);
  const observed =
    inputs === undefined
      ? undefined
      : await (await import('../plans/observe-model.ts')).observeModel(model, { ...options, inputs }, surroundings);
  const { correctedDrop, dropFrom, relativeDistance } = await import('../plans/drop.ts');
  const noise = observed && dropFrom(observed.outputs, options.measure);
  const measured: MeasuredDrop[] = [];
  const work =
    maxMultiplyAdds === undefined && maxTime === undefined
      ? undefined
      : (await (await import('../compare/report-evaluation.ts')).reportWork(model, options, surroundings)).counted;
  const times =
    maxTime === undefined
      ? undefined
      : await (await import('../plans/plan-times.ts')).planTimes(model, options, surroundings);
  const candidates = options.candidate && (await Promise.all(options.candidate.map(candidateFor)));
  const curves = await withProgress('planning', surroundings, (onProgress) =>
    planModel(model.artifacts, {
      onProgress,
      ...(candidates && { candidates }),
      ...(observed && {
        inputMoments: observed.moments,
        sensitivity: observed.sensitivity,
        measure: async ({ artifacts }) => {
          const outputs = await observed.outputsOf(artifacts);
          const error = relativeDistance(outputs, observed.outputs) ** 2;
          measured.push({ error, drop: noise?.measured(outputs) ?? 0 });
          return error;
        },
      }),
      ...(work && { multiplyAdds: work }),
      ...(times && { times }),
      ...(options.sample !== undefined && { sampledValues: options.sample }),
      ...(options.cache !== undefined && { store: folderStore(resolve(surroundings.cwd, options.cache)) }),
      ...(options.rest && { rest: options.rest }),
      ...(options.minElements !== undefined && { minElements: options.minElements }),
    }),
  );
  const drop = noise && correctedDrop(noise, measured);
  const limits = limitsOf(options, drop);
  const planned = { ...curves, plan: limits && curves.within(limits) };
  const dropOf = drop && ((error: number) => drop.expected(error));
  const curve = curveTable(planned.curve, { plan: planned.plan, dropOf });
  const text = options.markdown ? markdownTable(curve) : terminalTable(curve, (head) => head);
  printReport(
    {
      data: {
        model: name,
        modelBytes: model.bytes,
        limits: limits ?? {},
        ...(planned.plan && { plan: { ...pointData(planned.plan, dropOf), gap: planned.plan.gap } }),
        curve: planned.curve.map((point) => pointData(point, dropOf)),
        values: planned.values,
        headerBytes: planned.headerBytes,
        ...(times && { originalTime: times.original, timeTable: times.table }),
        ...(drop && { measure: drop.measure }),
        ...(observed && { examples: observed.examples }),
      },
      ...(planned.plan && { table: { columns: FORM_COLUMNS, rows: formRows(planned.plan) } }),
      outro: [...text.split('\n'), '', ...sentences(planned, { modelBytes: model.bytes, name, drop, inputs, times })],
    },
    options,
    surroundings,
  );
  return EXIT.done;
}

function limitsOf(
  { maxBytes, maxMemory, maxMultiplyAdds, maxTime, maxDrop }: PlanVerbOptions,
  drop: Drop | undefined,
): PlanLimits | undefined {
  const limits: PlanLimits = {
    ...(maxBytes !== undefined && { packed: maxBytes }),
    ...(maxMemory !== undefined && { memory: maxMemory }),
    ...(maxMultiplyAdds !== undefined && { multiplyAdds: maxMultiplyAdds }),
    ...(maxTime !== undefined && { time: maxTime }),
    ...(maxDrop !== undefined && drop && { error: drop.errorFor(maxDrop) }),
  };
  return Object.keys(limits).length > 0 ? limits : undefined;
}

/** The plan in words: its size, its error, and how sure both are. */
function sentences(
  { plan, values }: ModelPlan,
  about: {
    modelBytes: number;
    name: string;
    drop: Drop | undefined;
    inputs: string | undefined;
    times: Required<PlanTimes> | undefined;
  },
): string[] {
  const { modelBytes, name, drop, inputs, times } = about;
  const unit =
    inputs === undefined
      ? 'of all weights'
      : 'of the outputs, corrected by a few compressed models that ran on the inputs';
  const sampled =
    values.evaluated < values.all
      ? `estimated from ${values.evaluated.toLocaleString('en-US')} of ${values.all.toLocaleString('en-US')} values`
      : 'evaluated on all values';
  const lines = [`The expected error is the root of the summed squared relative errors ${unit}; ${sampled}.`];
  if (!plan) return [...lines, 'Without a limit, only the curve is made: --max-bytes, --max-memory, --max-drop.'];
  const { packed = 0, memory } = plan.sizes;
  const error = Math.sqrt(plan.error);
  const range = plan.range.map((each) => formatError(Math.sqrt(each))).join(' to ');
  lines.push(
    `plan: about ${formatBytes(packed)}, ${comparedBytes(modelBytes, packed)} than ${name}; expected error ${formatError(error)} (${range})` +
      `${drop ? `, expected drop ${drop.expected(plan.error).toFixed(2)} % (${drop.measure})` : ''}`,
  );
  if (memory !== undefined)
    lines.push(`in memory: ${formatBytes(memory)} where factors of products are kept as they are`);
  if (times) lines.push(timeWords(plan, times));
  lines.push(
    plan.gap === 0
      ? 'No plan from these candidates is better.'
      : `No plan from these candidates is better by more than ${formatError(plan.gap)} in what was made small (${plan.goal}).`,
  );
  return lines;
}
