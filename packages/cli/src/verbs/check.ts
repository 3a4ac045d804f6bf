// gcompress check: fails when a model is larger or less accurate than its budget allows.
import {
  assertComplete,
  type Budget,
  type Check,
  type CheckSettings,
  checkBudget,
  formatMeasure,
} from '../budgets/budget.ts';
import { readBudgets } from '../budgets/read-budgets.ts';
import { printReport, type ReportForm } from '../output/report.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import { usageError } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';

/** Options of `gcompress check`. */
export interface CheckVerbOptions extends Omit<Budget, 'model'>, CheckSettings, ReportForm {
  /** A file with budgets. */
  readonly config?: string;
}

/** Checks a model by the limits of the command line, or all models of a configuration. */
export async function check(
  model: string | undefined,
  options: CheckVerbOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { folder, budgets } = await budgetsFor(model, options, surroundings.cwd);
  const checks: Check[] = [];
  for (const budget of budgets) checks.push(...(await checkBudget(budget, options, { ...surroundings, cwd: folder })));
  const exceeded = checks.filter((each) => each.exceeded);
  printReport(
    {
      data: { ok: exceeded.length === 0, checks },
      table: {
        columns: [
          { head: 'model', align: 'left' },
          { head: 'measure', align: 'left' },
          { head: 'value', align: 'right' },
          { head: 'limit', align: 'right' },
          { head: '', align: 'left' },
        ],
        rows: checks.map(cells),
      },
      outro: [
        exceeded.length === 0
          ? 'All budgets are kept.'
          : `${exceeded.length} of ${checks.length} limits ${exceeded.length === 1 ? 'is' : 'are'} exceeded.`,
      ],
    },
    options,
    surroundings,
  );
  return exceeded.length === 0 ? EXIT.done : EXIT.exceeded;
}

async function budgetsFor(model: string | undefined, options: CheckVerbOptions, cwd: string) {
  const { maxBytes, against, maxDifference, maxDrop, inputs, labels, config } = options;
  const { preprocess, imageSize, maxUnreadable, register } = options;
  const images = { preprocess, imageSize, maxUnreadable, register };
  const own = { maxBytes, against, maxDifference, maxDrop, inputs, labels, ...images };
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  if (model === undefined) {
    if (Object.keys(given).length === 0) return readBudgets(cwd, config);
    throw usageError('check', 'the model that the limits are for', 'none');
  }
  if (config !== undefined) throw usageError('check', 'a model or --config', 'both');
  const budget: Budget = { model, ...given };
  assertComplete(budget, 'check');
  return { folder: cwd, budgets: [budget] };
}

function cells({ model, measure, value, limit, exceeded }: Check): string[] {
  return [model, measure, formatMeasure(measure, value), formatMeasure(measure, limit), exceeded ? 'EXCEEDED' : 'ok'];
}
