// gcompress unpack: writes a packed file as an ordinary folder that any TensorFlow.js loads.
import { resolve } from 'node:path';
import { stockFiles } from '@gcompress/packed';
import { openModel } from '../models/open-model.ts';
import { formatBytes } from '../output/byte-size.ts';
import { withProgress } from '../output/progress.ts';
import { printReport, type ReportForm } from '../output/report.ts';
import { assertFolderTarget, writeFolder } from '../output/write-output.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { Surroundings } from '../process/surroundings.ts';

/** Options of `gcompress unpack`. */
export interface UnpackVerbOptions extends ReportForm {
  readonly out: string;
  /** Largest size of a file of weights, in bytes. */
  readonly shardBytes?: number;
  readonly force?: boolean;
}

/** Writes a model as a `model.json` and its files of weights. */
export async function unpack(name: string, options: UnpackVerbOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { shardBytes, force = false } = options;
  const path = resolve(surroundings.cwd, options.out);
  const {
    artifacts,
    bytes,
    path: source,
  } = await withProgress('reading', surroundings, (onProgress) => openModel(name, surroundings, onProgress));
  await assertFolderTarget({ path, force, source });
  const files = stockFiles(artifacts, shardBytes === undefined ? {} : { shardBytes });
  await writeFolder(path, files);
  const sizes = Object.fromEntries(Object.entries(files).map(([file, { length }]) => [file, length]));
  const written = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  printReport(
    {
      data: { model: name, modelBytes: bytes, folder: options.out, bytes: written, files: sizes },
      table: {
        columns: [
          { head: 'file', align: 'left' },
          { head: 'bytes', align: 'right' },
        ],
        rows: Object.entries(sizes).map(([file, size]) => [file, formatBytes(size)]),
      },
      outro: [`${options.out}: ${formatBytes(written)} for ${name} of ${formatBytes(bytes)}`],
    },
    options,
    surroundings,
  );
  return EXIT.done;
}
