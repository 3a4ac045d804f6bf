// gcompress diff: compares the weights, bytes and outputs of two forms of a model.

import type { AnswerDifference, Question } from '../compare/ask-models.ts';
import { compareWeights, type WeightDifference } from '../compare/compare-weights.ts';
import { openModel } from '../models/open-model.ts';
import { comparedBytes, formatBytes, formatError } from '../output/byte-size.ts';
import { printReport, type ReportForm } from '../output/report.ts';
import type { Column } from '../output/table.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { Surroundings } from '../process/surroundings.ts';

/** Options of `gcompress diff`. */
export interface DiffVerbOptions extends Question, ReportForm {
  /** False skips the outputs, so that no model runs. */
  readonly answers: boolean;
  /** Shows also weights that are equal. */
  readonly all?: boolean;
}

const COLUMNS: readonly Column[] = [
  { head: 'weight', align: 'left' },
  { head: 'shape', align: 'left' },
  { head: 'bytes', align: 'right' },
  { head: 'relative error', align: 'right' },
  { head: 'largest error', align: 'right' },
];

/** Prints the differences of two forms of a model. */
export async function diff(
  names: readonly [string, string],
  options: DiffVerbOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const [first, second] = [await openModel(names[0], surroundings), await openModel(names[1], surroundings)];
  const weights = compareWeights(first.artifacts, second.artifacts);
  const { compareAnswers } = await import('../compare/ask-models.ts');
  const outputs = options.answers ? await compareAnswers(first, second, options, surroundings) : undefined;
  const shown = weights.filter(({ maxError }) => options.all || maxError !== 0);
  const same = weights.length - shown.length;
  printReport(
    {
      data: {
        models: names,
        bytes: [first.bytes, second.bytes],
        weights,
        ...(outputs && { outputs }),
      },
      ...(shown.length > 0 && { table: { columns: COLUMNS, rows: shown.map(cells) } }),
      outro: [
        ...(same > 0 ? [`${same} weights are equal.`] : []),
        `${names[0]}: ${formatBytes(first.bytes)}; ${names[1]}: ${formatBytes(second.bytes)}, ${comparedBytes(first.bytes, second.bytes)}`,
        ...(outputs ?? []).map((output) => sentence(output, options)),
      ],
    },
    options,
    surroundings,
  );
  return EXIT.done;
}

function cells({ name, shape, bytes, relativeError, maxError, reason }: WeightDifference): string[] {
  const sizes = [...new Set(bytes.map((size) => (size === undefined ? '–' : formatBytes(size))))];
  const errors = reason === undefined ? [relativeError, maxError].map((error = 0) => formatError(error)) : [reason, ''];
  return [name, `[${shape.join(', ')}]`, sizes.join(' → '), ...errors];
}

/** One output in words. */
function sentence(output: AnswerDifference, { inputs, seed }: Question): string {
  const { name, largestDifference, largestValue, relativeDifference } = output;
  const asked = inputs ?? `one input of seed ${seed}`;
  return (
    `output '${name}' for ${asked}: differs by at most ${formatError(largestDifference)}, ` +
    `${(100 * relativeDifference).toPrecision(3)} % of its largest value ${formatError(largestValue)}`
  );
}
