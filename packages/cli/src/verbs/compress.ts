// gcompress compress: packs a model into a file of a given size with the smallest error.
import { resolve } from 'node:path';
import type { InputMoments } from '@gcompress/core';
import { pack, type RestDtype } from '@gcompress/packed';
import { type CompressedWeight, compressNow } from '@gcompress/post-training';
import type { Backend } from '../models/backend-names.ts';
import type { KernelsName } from '../models/kernel-names.ts';
import { openModel } from '../models/open-model.ts';
import type { OpenedModel } from '../models/opened-model.ts';
import { comparedBytes, formatBytes, formatError } from '../output/byte-size.ts';
import { withProgress } from '../output/progress.ts';
import { printReport, type ReportForm } from '../output/report.ts';
import type { Column } from '../output/table.ts';
import { assertFileTarget } from '../output/write-output.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { writePacked } from './write-packed.ts';

/** Options of `gcompress compress`. */
export interface CompressVerbOptions extends ReportForm {
  readonly out: string;
  /** Most bytes of the whole file. */
  readonly maxBytes: number;
  /** A file with unlabelled inputs; their moments lower the output error. */
  readonly inputs?: string;
  readonly rest?: RestDtype;
  readonly minElements?: number;
  readonly batchSize: number;
  readonly backend: Backend;
  readonly maxFileBytes?: number;
  readonly force?: boolean;
  /** The hot loops: `wasm`, which falls back to plain JavaScript where WebAssembly is missing, or `portable`. */
  readonly kernels: KernelsName;
}

const COLUMNS: readonly Column[] = [
  { head: 'weight', align: 'left' },
  { head: 'method', align: 'left' },
  { head: 'raw', align: 'right' },
  { head: 'packed', align: 'right' },
  { head: 'bits a value', align: 'right' },
  { head: 'relative error', align: 'right' },
  { head: 'error of outputs', align: 'right' },
];

/** Compresses a model to a size, divided among its weights, and packs it. */
export async function compress(
  name: string,
  options: CompressVerbOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { maxBytes, inputs, rest, minElements, maxFileBytes, force = false } = options;
  const path = resolve(surroundings.cwd, options.out);
  const model = await openModel(name, surroundings);
  await assertFileTarget({ path, force, source: model.path });
  const inputMoments = inputs === undefined ? undefined : await momentsOf(model, inputs, options, surroundings);
  const kernels =
    options.kernels === 'wasm' ? await (await import('@gcompress/wasm-kernels')).wasmKernels() : undefined;
  const { artifacts, matrices, report } = await withProgress('choosing sizes', surroundings, (onProgress) =>
    compressNow(model.artifacts, {
      budget: { bytes: maxBytes },
      onProgress,
      ...(kernels && { kernels }),
      ...(inputMoments && { inputMoments }),
      ...(rest && { rest }),
      ...(minElements !== undefined && { minElements }),
    }),
  );
  const { bytes } = await pack(artifacts, { matrices, ...(rest && { rest }) });
  const files = await writePacked(bytes, { path, force, source: model.path }, maxFileBytes);
  printReport(
    {
      data: { model: name, modelBytes: model.bytes, maxBytes, files, ...report, bytes: bytes.length },
      table: { columns: COLUMNS, rows: report.weights.filter(({ method }) => method !== undefined).map(cells) },
      outro: [
        ...report.weights.flatMap(({ name, notes }) => notes.map((note) => `${name}: ${note}`)),
        `${options.out}: ${bytes.length.toLocaleString('en-US')} of at most ${maxBytes.toLocaleString('en-US')} bytes, ` +
          `${comparedBytes(model.bytes, bytes.length)} than ${name}`,
      ],
    },
    options,
    surroundings,
  );
  return EXIT.done;
}

/** Second moments of the matrices' inputs, measured on the inputs of a file. */
async function momentsOf(
  opened: OpenedModel,
  inputs: string,
  { backend, batchSize }: Pick<CompressVerbOptions, 'backend' | 'batchSize'>,
  surroundings: Surroundings,
): Promise<ReadonlyMap<string, InputMoments>> {
  const [{ runnable, startBackend }, { arrayInputs }, { readArrays }, { calibrate }, { dispose, tensor }] =
    await Promise.all([
      import('../models/run-model.ts'),
      import('../inputs/model-inputs.ts'),
      import('../inputs/read-arrays.ts'),
      import('@gcompress/calibration'),
      import('@tensorflow/tfjs-core'),
    ]);
  const arrays = await readArrays(inputs, surroundings.cwd);
  await startBackend(backend);
  const model = await runnable(opened);
  const tensors = arrayInputs(model, arrays, `'${inputs}'`).map(({ data, shape, dtype }) =>
    tensor(data, [...shape], dtype),
  );
  try {
    const { moments } = await withProgress('calibrating', surroundings, (onProgress) =>
      calibrate(model, tensors, { batchSize, onProgress }),
    );
    return moments;
  } finally {
    dispose(tensors);
    model.dispose();
  }
}

function cells({ name, shape, method = '', bytes, relativeError, outputError }: CompressedWeight): string[] {
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
