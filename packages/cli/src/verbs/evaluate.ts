// gcompress eval: scores a model on labelled examples.
import { type Evaluation, evaluateModels, type LabelledExamples } from '../compare/evaluate-models.ts';
import type { Score } from '../compare/score.ts';
import { openModel } from '../models/open-model.ts';
import { formatBytes, formatError } from '../output/byte-size.ts';
import { printReport, type ReportForm } from '../output/report.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { Surroundings } from '../process/surroundings.ts';

/** Options of `gcompress eval`. */
export interface EvaluateVerbOptions extends LabelledExamples, ReportForm {
  /** The original, scored too for comparison. */
  readonly against?: string;
}

/** Prints the score of a model, alone or compared with the original. */
export async function evaluate(
  name: string,
  options: EvaluateVerbOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const model = await openModel(name, surroundings);
  const original = options.against === undefined ? undefined : await openModel(options.against, surroundings);
  const evaluation = await evaluateModels(model, original, options, surroundings);
  const rows = [[name, formatBytes(model.bytes), formatScore(evaluation)]];
  if (original && evaluation.original) {
    rows.unshift([original.name, formatBytes(original.bytes), formatScore(evaluation.original)]);
  }
  printReport(
    {
      data: { model: name, bytes: model.bytes, ...evaluation },
      table: {
        columns: [
          { head: 'model', align: 'left' },
          { head: 'bytes', align: 'right' },
          { head: evaluation.metric === 'accuracy' ? 'accuracy' : 'mean squared error', align: 'right' },
        ],
        rows,
      },
      outro: [`${evaluation.examples} examples: ${evaluation.inputs}.`, ...comparison(evaluation)],
    },
    options,
    surroundings,
  );
  return EXIT.done;
}

function formatScore({ metric, value }: Score): string {
  return metric === 'accuracy' ? `${(100 * value).toFixed(2)} %` : formatError(value);
}

function comparison({ metric, drop, agreement }: Evaluation): string[] {
  if (drop === undefined) return [];
  if (metric !== 'accuracy')
    return [`The mean squared error is ${formatError(Math.abs(drop))} ${drop < 0 ? 'less' : 'more'}.`];
  const points =
    Math.abs(drop) < 0.005
      ? 'No change of accuracy'
      : `${Math.abs(drop).toFixed(2)} points ${drop < 0 ? 'more' : 'less'}`;
  return [`${points}; both give the same class for ${(100 * (agreement ?? 0)).toFixed(2)} % of the examples.`];
}
