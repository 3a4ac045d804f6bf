// The limits of a model's size and accuracy, and the measurement of a model against them.
import type { ImageOptions } from '../inputs/input-types.ts';
import { openModel } from '../models/open-model.ts';
import type { OpenedModel } from '../models/opened-model.ts';
import type { RunOptions } from '../models/run-model.ts';
import { formatBytes } from '../output/byte-size.ts';
import { usageError } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';

/** The limits of one model. Paths are relative to the file of the budget. */
export interface Budget extends ImageOptions, Pick<RunOptions, 'register'> {
  readonly model: string;
  /** Largest size of all files of the model, in bytes. */
  readonly maxBytes?: number;
  /** The original model, for comparison. */
  readonly against?: string;
  /** Largest difference of an output, as a fraction of the largest value of the original. */
  readonly maxDifference?: number;
  /** Largest loss of accuracy against the original, in percentage points. */
  readonly maxDrop?: number;
  /** A file with inputs, a module that yields them, or a folder of images. */
  readonly inputs?: string;
  /** A file with their labels. */
  readonly labels?: string;
}

/** How models run, if a limit needs it. */
export interface CheckSettings {
  readonly backend: RunOptions['backend'];
  readonly batchSize: number;
  readonly seed: number;
}

/** One limit and what was measured. */
export interface Check {
  readonly model: string;
  readonly measure: 'bytes' | 'difference' | 'drop';
  readonly value: number;
  readonly limit: number;
  readonly exceeded: boolean;
}

/**
 * Throws for a budget without any limit, or with a limit that lacks its model or inputs.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertComplete(budget: Budget, where: string): void {
  const { maxBytes, maxDifference, maxDrop, against, inputs, labels } = budget;
  const limits = [maxBytes, maxDifference, maxDrop].filter((limit) => limit !== undefined);
  if (limits.length === 0) throw usageError(where, 'a limit: bytes, difference or drop', 'none');
  if ((maxDifference !== undefined || maxDrop !== undefined) && against === undefined) {
    throw usageError(where, 'the original that a difference or drop is measured against', 'none');
  }
  if (maxDrop !== undefined && (inputs === undefined || labels === undefined)) {
    throw usageError(
      where,
      'inputs and labels, by which a drop is measured',
      inputs === undefined ? 'no inputs' : 'no labels',
    );
  }
}

/** Measures a model by its budget. Models run only if a difference or a drop is limited. */
export async function checkBudget(
  budget: Budget,
  settings: CheckSettings,
  surroundings: Surroundings,
): Promise<Check[]> {
  const model = await openModel(budget.model, surroundings);
  const checks: Check[] = [];
  const add = (measure: Check['measure'], value: number, limit: number) =>
    checks.push({ model: budget.model, measure, value, limit, exceeded: !(value <= limit) });
  if (budget.maxBytes !== undefined) add('bytes', model.bytes, budget.maxBytes);
  if (budget.against === undefined) return checks;
  const original = await openModel(budget.against, surroundings);
  if (budget.maxDifference !== undefined) {
    add('difference', await differenceOf(original, model, budget, settings, surroundings), budget.maxDifference);
  }
  if (budget.maxDrop !== undefined) {
    add('drop', await dropOf(original, model, budget, settings, surroundings), budget.maxDrop);
  }
  return checks;
}

/** A value or limit of a check, for people. */
export function formatMeasure(measure: Check['measure'], value: number): string {
  if (measure === 'bytes') return formatBytes(value);
  return measure === 'drop' ? `${value.toFixed(2)} points` : value.toPrecision(3);
}

async function differenceOf(
  original: OpenedModel,
  model: OpenedModel,
  budget: Budget,
  settings: CheckSettings,
  surroundings: Surroundings,
): Promise<number> {
  const { compareAnswers } = await import('../compare/ask-models.ts');
  const outputs = await compareAnswers(original, model, { ...settings, ...budget }, surroundings);
  return Math.max(0, ...outputs.map(({ relativeDifference }) => relativeDifference));
}

async function dropOf(
  original: OpenedModel,
  model: OpenedModel,
  budget: Budget,
  settings: CheckSettings,
  surroundings: Surroundings,
): Promise<number> {
  const { evaluateModels } = await import('../compare/evaluate-models.ts');
  const { inputs = '', labels = '' } = budget;
  const examples = { ...settings, ...budget, inputs, labels };
  const { metric, drop = 0 } = await evaluateModels(model, original, examples, surroundings);
  if (metric === 'accuracy') return drop;
  throw usageError(`'${labels}'`, 'classes, by which a loss of accuracy is measured', 'values');
}
