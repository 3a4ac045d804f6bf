// gcompress pack: packs a model into one small file.
import { resolve } from 'node:path';
import { type PackableWeight, type PackedWeight, pack as packModel, type RestDtype } from '@gcompress/packed';
import type { Probe } from '@gcompress/packed/probes';
import { compressorFor, type MethodChoice } from '../models/methods.ts';
import { openModel } from '../models/open-model.ts';
import type { OpenedModel } from '../models/opened-model.ts';
import type { RunOptions } from '../models/run-model.ts';
import { comparedBytes, formatBytes, formatError } from '../output/byte-size.ts';
import { withProgress } from '../output/progress.ts';
import { printReport, type ReportForm } from '../output/report.ts';
import type { Column } from '../output/table.ts';
import { assertFileTarget } from '../output/write-output.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { writePacked } from './write-packed.ts';

/** Options of `gcompress pack`. */
export interface PackVerbOptions extends MethodChoice, RunOptions, ReportForm {
  readonly out: string;
  readonly rest?: RestDtype;
  readonly minElements?: number;
  /** Patterns of names of weights that stay float32; `*` stands for anything. */
  readonly keep?: readonly string[];
  /** Number of seeded inputs whose outputs are stored in the file. */
  readonly probes?: number;
  /** Largest size of a file in bytes. */
  readonly maxFileBytes?: number;
  readonly force?: boolean;
}

const COLUMNS: readonly Column[] = [
  { head: 'weight', align: 'left' },
  { head: 'shape', align: 'left' },
  { head: 'stored as', align: 'left' },
  { head: 'packed', align: 'right' },
  { head: 'relative error', align: 'right' },
];

/** Packs a model into one file, or into several of a limited size. */
export async function pack(name: string, options: PackVerbOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { rest, minElements, keep = [], maxFileBytes, force = false } = options;
  const compressor = await compressorFor(options);
  const path = resolve(surroundings.cwd, options.out);
  const model = await openModel(name, surroundings);
  await assertFileTarget({ path, force, source: model.path });
  const probes = options.probes ? await probesOf(model, options.probes, options, surroundings) : [];
  const kept = keep.map(patternOf);
  const method = (weight: PackableWeight) =>
    kept.some((pattern) => pattern.test(weight.name)) ? 'float32' : compressor;
  const { bytes, report } = await withProgress('packing', surroundings, (onProgress) =>
    packModel(model.artifacts, {
      method,
      probes,
      onProgress,
      ...(rest && { rest }),
      ...(minElements !== undefined && { minElements }),
    }),
  );
  const names = await writePacked(bytes, { path, force, source: model.path }, maxFileBytes);
  printReport(
    {
      data: { model: name, modelBytes: model.bytes, files: names, ...report },
      table: { columns: COLUMNS, rows: report.weights.filter(({ storedAs, dtype }) => storedAs !== dtype).map(cells) },
      outro: [
        ...report.weights.flatMap(({ name, notes }) => notes.map((note) => `${name}: ${note}`)),
        `${options.out}: ${formatBytes(bytes.length)}${names.length > 1 ? ` in ${names.length} files` : ''} for ${name} of ` +
          `${formatBytes(model.bytes)}, ${comparedBytes(model.bytes, bytes.length)}`,
      ],
    },
    options,
    surroundings,
  );
  return EXIT.done;
}

async function probesOf(
  model: OpenedModel,
  count: number,
  options: RunOptions,
  surroundings: Surroundings,
): Promise<Probe[]> {
  const [{ runnable, startRunning }, { seededInputs }, { probe }] = await Promise.all([
    import('../models/run-model.ts'),
    import('../inputs/model-inputs.ts'),
    import('@gcompress/packed/probes'),
  ]);
  await startRunning(options, surroundings);
  const loaded = await runnable(model);
  const probes: Probe[] = [];
  for (let seed = 1; seed <= count; seed++) probes.push(await probe(loaded, seededInputs(loaded, seed)));
  loaded.dispose();
  return probes;
}

function patternOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

function cells({ name, shape, storedAs, copyOf, bytes, relativeError }: PackedWeight): string[] {
  const form = copyOf === undefined ? storedAs : 'copy';
  return [name, `[${shape.join(', ')}]`, form, formatBytes(bytes), formatError(relativeError)];
}
