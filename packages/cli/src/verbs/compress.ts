// gcompress compress: packs a model into a file of a given size with the smallest error, or by one method.
import { resolve } from 'node:path';
import { pack, type RestDtype } from '@gcompress/packed';
import { type CompressedWeight, type CompressNowOptions, compressNow, type SmallModel } from '@gcompress/post-training';
import { type KernelOptions, kernelsOf } from '../models/kernels.ts';
import { candidateFor, compressorFor, type MethodChoice } from '../models/methods.ts';
import { openModel } from '../models/open-model.ts';
import type { OpenedModel } from '../models/opened-model.ts';
import { comparedBytes, formatBytes, formatError } from '../output/byte-size.ts';
import { withProgress } from '../output/progress.ts';
import { printReport, type ReportForm } from '../output/report.ts';
import type { Column } from '../output/table.ts';
import { assertFileTarget } from '../output/write-output.ts';
import {
  assertDistillable,
  assertInputsToDistill,
  budgetBefore,
  distillModel,
  type TrainedFurther,
} from '../plans/distill-model.ts';
import { isObserved, type KnowledgeOptions } from '../plans/knowledge-options.ts';
import type { Knowledge } from '../plans/observe-inputs.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import { usageError } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { writePacked } from './write-packed.ts';

/** Options of `gcompress compress`. */
export interface CompressVerbOptions extends KnowledgeOptions, KernelOptions, ReportForm {
  readonly out: string;
  /** Most bytes of the whole file; this or a method. */
  readonly maxBytes?: number;
  /** One method for all weights. */
  readonly method?: MethodChoice;
  /** What a size is chosen from. */
  readonly candidate?: readonly MethodChoice[];
  /** Steps of training on the outputs of the original. */
  readonly distill?: number;
  readonly rest?: RestDtype;
  readonly minElements?: number;
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
  const { maxBytes, inputs, noise, distill, rest, maxFileBytes, force = false } = options;
  const how = await howToCompress(options);
  const runs = isObserved(options);
  if (distill !== undefined) assertInputsToDistill(inputs, noise);
  const path = resolve(surroundings.cwd, options.out);
  const model = await openModel(name, surroundings);
  if (distill !== undefined) assertDistillable(model);
  await assertFileTarget({ path, force, source: model.path });
  const observed = runs
    ? await (await import('../plans/observe-inputs.ts')).observeInputs(model, options, surroundings)
    : undefined;
  const { artifacts, matrices, report, ...trained } = await smallModel(
    model,
    { how, observed },
    options,
    surroundings,
  ).finally(() => observed?.dispose());
  const notes = [...(observed?.notes ?? []), ...(trained.notes ?? [])];
  const { bytes } = await pack(artifacts, { matrices, ...(rest && { rest }) });
  const files = await writePacked(bytes, { path, force, source: model.path }, maxFileBytes);
  printReport(
    {
      data: {
        model: name,
        modelBytes: model.bytes,
        ...(maxBytes !== undefined && { maxBytes }),
        ...(observed && { inputs: observed.description, notes }),
        ...(trained.distilled && { distilled: trained.distilled }),
        files,
        ...report,
        bytes: bytes.length,
      },
      table: { columns: COLUMNS, rows: report.weights.filter(({ method }) => method !== undefined).map(cells) },
      outro: [
        ...notes,
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

/** Compresses, and with `--distill` trains further. */
async function smallModel(
  model: OpenedModel,
  { how, observed }: { readonly how: CompressNowOptions; readonly observed: Knowledge | undefined },
  options: CompressVerbOptions,
  surroundings: Surroundings,
): Promise<SmallModel & Partial<TrainedFurther>> {
  const { maxBytes, distill: steps, batchSize, rest, minElements } = options;
  const small = await withProgress(
    maxBytes === undefined ? 'compressing' : 'choosing sizes',
    surroundings,
    (onProgress) =>
      compressNow(model.artifacts, {
        ...how,
        ...kernelsOf(options),
        onProgress,
        ...observed?.options,
        ...(rest && { rest }),
        ...(minElements !== undefined && { minElements }),
      }),
  );
  if (steps === undefined || !observed) return small;
  const limits = { ...(maxBytes !== undefined && { maxBytes }), ...(rest && { rest }) };
  const training = { steps, batchSize, tensors: observed.tensors, ...limits };
  return { ...small, ...(await distillModel(model, small, training, surroundings)) };
}

/** A budget with its candidates, or a method: exactly one. */
async function howToCompress({
  maxBytes,
  method,
  candidate,
  distill,
}: CompressVerbOptions): Promise<CompressNowOptions> {
  const expected = 'one of --max-bytes, --max-drop and --method';
  if (maxBytes === undefined) {
    if (method === undefined) throw usageError('compress', expected, 'none of them');
    if (candidate !== undefined) throw usageError('compress --candidate', 'a size or a loss', '--method');
    return { method: await compressorFor(method) };
  }
  if (method !== undefined) throw usageError('compress', expected, '--max-bytes and --method');
  const candidates = candidate && (await Promise.all(candidate.map(candidateFor)));
  const bytes = distill === undefined ? maxBytes : budgetBefore(maxBytes);
  return { budget: { bytes }, ...(candidates && { candidates }) };
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
