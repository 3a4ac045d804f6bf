// gcompress compress: packs a model into a file of a given size with the smallest error, or by one method.
import { resolve } from 'node:path';
import type { InputMoments } from '@gcompress/core';
import { pack, type RestDtype } from '@gcompress/packed';
import { type CompressedWeight, type CompressNowOptions, compressNow } from '@gcompress/post-training';
import type { ImageOptions } from '../inputs/input-types.ts';
import { type KernelOptions, kernelsOf } from '../models/kernels.ts';
import { candidateFor, compressorFor, type MethodChoice } from '../models/methods.ts';
import { openModel } from '../models/open-model.ts';
import type { OpenedModel } from '../models/opened-model.ts';
import type { RunOptions } from '../models/run-model.ts';
import { comparedBytes, formatBytes, formatError } from '../output/byte-size.ts';
import { withProgress } from '../output/progress.ts';
import { printReport, type ReportForm } from '../output/report.ts';
import type { Column } from '../output/table.ts';
import { assertFileTarget } from '../output/write-output.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import { usageError } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { writePacked } from './write-packed.ts';

/** Options of `gcompress compress`. */
export interface CompressVerbOptions extends RunOptions, ImageOptions, KernelOptions, ReportForm {
  readonly out: string;
  /** Most bytes of the whole file; this or a method. */
  readonly maxBytes?: number;
  /** One method for all weights. */
  readonly method?: MethodChoice;
  /** What a size is chosen from. */
  readonly candidate?: readonly MethodChoice[];
  /** A file with unlabelled inputs, a module that yields them, or a folder of images; their moments lower the output error. */
  readonly inputs?: string;
  readonly rest?: RestDtype;
  readonly minElements?: number;
  readonly batchSize: number;
  readonly maxFileBytes?: number;
  readonly force?: boolean;
}

/** Columns of the compressed weights. */
export const COLUMNS: readonly Column[] = [
  { head: 'weight', align: 'left' },
  { head: 'method', align: 'left' },
  { head: 'raw', align: 'right' },
  { head: 'packed', align: 'right' },
  { head: 'bits a value', align: 'right' },
  { head: 'relative error', align: 'right' },
  { head: 'error of outputs', align: 'right' },
];

/** Compresses a model to a size, divided among its weights, or by one method, and packs it. */
export async function compress(
  name: string,
  options: CompressVerbOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { maxBytes, inputs, rest, minElements, maxFileBytes, force = false } = options;
  const how = await howToCompress(options);
  const path = resolve(surroundings.cwd, options.out);
  const model = await openModel(name, surroundings);
  await assertFileTarget({ path, force, source: model.path });
  const measured = inputs === undefined ? undefined : await momentsOf(model, inputs, options, surroundings);
  const { artifacts, matrices, report } = await withProgress(
    maxBytes === undefined ? 'compressing' : 'choosing sizes',
    surroundings,
    (onProgress) =>
      compressNow(model.artifacts, {
        ...how,
        ...kernelsOf(options),
        onProgress,
        ...(measured && { inputMoments: measured.moments }),
        ...(rest && { rest }),
        ...(minElements !== undefined && { minElements }),
      }),
  );
  const { bytes } = await pack(artifacts, { matrices, ...(rest && { rest }) });
  const files = await writePacked(bytes, { path, force, source: model.path }, maxFileBytes);
  printReport(
    {
      data: {
        model: name,
        modelBytes: model.bytes,
        ...(maxBytes !== undefined && { maxBytes }),
        ...(measured && { inputs: measured.description }),
        files,
        ...report,
        bytes: bytes.length,
      },
      table: { columns: COLUMNS, rows: report.weights.filter(({ method }) => method !== undefined).map(cells) },
      outro: [
        ...report.weights.flatMap(({ name, notes }) => notes.map((note) => `${name}: ${note}`)),
        `${options.out}: ${bytes.length.toLocaleString('en-US')}${maxBytes === undefined ? '' : ` of at most ${maxBytes.toLocaleString('en-US')}`} bytes, ` +
          `${comparedBytes(model.bytes, bytes.length)} than ${name}`,
      ],
    },
    options,
    surroundings,
  );
  return EXIT.done;
}

/** A budget with its candidates, or a method: exactly one. */
async function howToCompress({ maxBytes, method, candidate }: CompressVerbOptions): Promise<CompressNowOptions> {
  const expected = 'one of --max-bytes, --max-drop and --method';
  if (maxBytes === undefined) {
    if (method === undefined) throw usageError('compress', expected, 'none of them');
    if (candidate !== undefined) throw usageError('compress --candidate', 'a size or a loss', '--method');
    return { method: await compressorFor(method) };
  }
  if (method !== undefined) throw usageError('compress', expected, '--max-bytes and --method');
  const candidates = candidate && (await Promise.all(candidate.map(candidateFor)));
  return { budget: { bytes: maxBytes }, ...(candidates && { candidates }) };
}

/** Second moments of the matrices' inputs, measured on the given inputs, and the inputs in words. */
async function momentsOf(
  opened: OpenedModel,
  inputs: string,
  options: CompressVerbOptions,
  surroundings: Surroundings,
): Promise<{ readonly moments: ReadonlyMap<string, InputMoments>; readonly description: string }> {
  const [{ runnable, startRunning }, { givenInputs }, { calibrate }, { dispose, tensor }] = await Promise.all([
    import('../models/run-model.ts'),
    import('../inputs/given-inputs.ts'),
    import('@gcompress/calibration'),
    import('@tensorflow/tfjs-core'),
  ]);
  const given = await givenInputs(inputs, options, surroundings);
  await startRunning(options, surroundings);
  const model = await runnable(opened);
  const tensors = (await given.forModel(model)).map(({ data, shape, dtype }) => tensor(data, [...shape], dtype));
  try {
    const { moments } = await withProgress('calibrating', surroundings, (onProgress) =>
      calibrate(model, tensors, { batchSize: options.batchSize, onProgress }),
    );
    return { moments, description: given.description() };
  } finally {
    dispose(tensors);
    model.dispose();
  }
}

/** The cells of a compressed weight. */
export function cells({ name, shape, method = '', bytes, relativeError, outputError }: CompressedWeight): string[] {
  const values = shape.reduce((product, side) => product * side, 1);
  return [
    name,
    method,
    formatBytes(4 * values),
    formatBytes(bytes),
    ((8 * bytes) / values).toFixed(2),
    formatError(relativeError),
    outputError === undefined ? '' : formatError(outputError),
  ];
}
