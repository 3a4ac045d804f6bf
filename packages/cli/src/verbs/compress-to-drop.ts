// gcompress compress --max-drop: the smallest packed file whose loss, measured on inputs, is within a limit.
import { resolve } from 'node:path';
import { pack } from '@gcompress/packed';
import { searchCurve } from '@gcompress/planner';
import { compressNow, planModel } from '@gcompress/post-training';
import { kernelsOf } from '../models/kernels.ts';
import { candidateFor } from '../models/methods.ts';
import { openModel } from '../models/open-model.ts';
import { comparedBytes, formatBytes } from '../output/byte-size.ts';
import { withProgress } from '../output/progress.ts';
import { printReport } from '../output/report.ts';
import { assertFileTarget } from '../output/write-output.ts';
import { dropFrom, dropWords } from '../plans/drop.ts';
import type { DropMeasure } from '../plans/drop-measures.ts';
import { exampleWords, observeModel } from '../plans/observe-model.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import { usageError } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { COLUMNS, type CompressVerbOptions, cells } from './compress.ts';
import { writePacked } from './write-packed.ts';

/** Options of `gcompress compress --max-drop`. */
export interface CompressToDropOptions extends CompressVerbOptions {
  /** The largest loss in percent. */
  readonly maxDrop: number;
  readonly measure?: DropMeasure;
}

/** Points of the curve: their sizes are a few percent apart. */
const POINTS = 64;

/**
 * Plans the curve of size against expected error, starts at the point whose expected loss is at the limit, measures it, and corrects by bisection
 * on the curve.
 */
export async function compressToDrop(
  name: string,
  options: CompressToDropOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { maxDrop, maxBytes, method, inputs, rest, minElements, maxFileBytes, force = false } = options;
  if (maxBytes !== undefined || method !== undefined) {
    throw usageError('compress', 'one of --max-bytes, --max-drop and --method', 'several of them');
  }
  if (options.noise || options.sequential || options.gainsAt || options.distill !== undefined)
    throw usageError('compress --max-drop', 'none of --noise, --sequential, --gains-at and --distill', 'one of them');
  if (inputs === undefined) throw usageError('compress --max-drop', '--inputs, on which the loss is measured', 'none');
  const path = resolve(surroundings.cwd, options.out);
  const model = await openModel(name, surroundings);
  await assertFileTarget({ path, force, source: model.path });
  const observed = await observeModel(model, { ...options, inputs }, surroundings);
  const drop = dropFrom(observed.outputs, options.measure);
  const candidates = options.candidate && (await Promise.all(options.candidate.map(candidateFor)));
  const shared = {
    ...kernelsOf(options),
    inputMoments: observed.moments,
    ...(rest && { rest }),
    ...(minElements !== undefined && { minElements }),
  };
  const { curve, methodOf } = await withProgress('planning', surroundings, (onProgress) =>
    planModel(model.artifacts, {
      ...shared,
      onProgress,
      points: POINTS,
      sensitivity: observed.sensitivity,
      ...(candidates && { candidates }),
    }),
  );
  const expected = curve.map(({ error }) => drop.expected(error));
  const within = expected.findIndex((each) => each <= maxDrop);
  const { chosen, measurements } = await withProgress('measuring', surroundings, (onProgress) =>
    searchCurve(
      curve.length,
      async (index) => {
        const small = await compressNow(model.artifacts, { ...shared, method: methodOf(curve[index]) });
        const outputs = await observed.outputsOf(small.artifacts);
        return { drop: drop.measured(outputs), measured: small };
      },
      { most: maxDrop, first: within < 0 ? curve.length - 1 : within, onProgress },
    ),
  );
  const { artifacts, matrices, report } = chosen.measured;
  const { bytes } = await pack(artifacts, { matrices, ...(rest && { rest }) });
  const files = await writePacked(bytes, { path, force, source: model.path }, maxFileBytes);
  const measured = measurements.map(({ index, drop }) => ({
    packed: curve[index].sizes.packed ?? 0,
    expectedDrop: expected[index],
    drop,
  }));
  const { measurement } = observed.examples;
  printReport(
    {
      data: {
        model: name,
        modelBytes: model.bytes,
        maxDrop,
        measure: drop.measure,
        drop: chosen.drop,
        expectedDrop: expected[chosen.index],
        measurements: measured,
        examples: observed.examples,
        files,
        ...report,
        bytes: bytes.length,
      },
      table: { columns: COLUMNS, rows: report.weights.filter(({ method }) => method !== undefined).map(cells) },
      outro: [
        ...report.weights.flatMap(({ name, notes }) => notes.map((note) => `${name}: ${note}`)),
        ...measured.map(
          ({ packed, expectedDrop, drop }) =>
            `about ${formatBytes(packed)}: expected ${expectedDrop.toFixed(2)} %, measured ${drop.toFixed(2)} %`,
        ),
        exampleWords(observed.examples, inputs),
        ...(drop.measure === 'agreement' && 100 / measurement > maxDrop
          ? [
              `One example is ${(100 / measurement).toFixed(2)} %: smaller losses cannot be told apart. Give more inputs.`,
            ]
          : []),
        `${options.out}: ${bytes.length.toLocaleString('en-US')} bytes, ${comparedBytes(model.bytes, bytes.length)} than ${name}; ` +
          `${chosen.drop.toFixed(2)} ${dropWords(drop.measure)}, of at most ${maxDrop} %`,
      ],
    },
    options,
    surroundings,
  );
  return EXIT.done;
}
