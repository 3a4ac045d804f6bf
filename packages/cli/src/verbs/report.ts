// gcompress report: writes what packing gained and cost as one HTML page.
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { packedModel } from '@gcompress/packed/load';
import {
  type MultiplyAdds,
  type ReportData,
  reportData,
  reportHtml,
  reportMarkdown,
  type WeightRecord,
} from '@gcompress/report';
import type { io } from '@tensorflow/tfjs-core';
import { measureRuns } from '../compare/measure-runs.ts';
import { type ReportInputs, reportEvaluation, reportWork } from '../compare/report-evaluation.ts';
import { runLines } from '../compare/run-lines.ts';
import { givenInputs } from '../inputs/given-inputs.ts';
import type { ImageOptions } from '../inputs/input-types.ts';
import { decoders } from '../models/decoders.ts';
import { openModel } from '../models/open-model.ts';
import type { OpenedModel } from '../models/opened-model.ts';
import { packedBytes } from '../models/packed-bytes.ts';
import { formatBytes } from '../output/byte-size.ts';
import { withProgress } from '../output/progress.ts';
import { printReport, type ReportForm } from '../output/report.ts';
import { assertFileTarget, writeFiles } from '../output/write-output.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import { inputError, messageOf, outputError, usageError } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';

const gzipped = promisify(gzip);
const brotlied = promisify(brotliCompress);
/** Near the best that servers store; the best takes minutes for a large model. */
const QUALITY = 9;
const COMPRESSORS = {
  gzip: (bytes: Uint8Array) => gzipped(bytes, { level: QUALITY }),
  brotli: (bytes: Uint8Array) => brotlied(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } }),
};

/** Options of `gcompress report`. */
export interface ReportVerbOptions extends Omit<ReportInputs, 'given' | 'classNames'>, ImageOptions, ReportForm {
  readonly out?: string;
  readonly inputs?: string;
  /** A JSON file with the names of the classes. */
  readonly classes?: string;
  readonly title?: string;
  /** The command that made the packed file. */
  readonly madeBy?: string;
  /** The JSON that `compress` or `pack` printed. */
  readonly record?: string;
  /** False counts no multiply-adds and measures neither times nor memory, so that no model runs without inputs. */
  readonly run: boolean;
  /** False measures no times. */
  readonly latency: boolean;
  readonly spectra: boolean;
  readonly force?: boolean;
}

/** Writes the report about a packed model, or prints it as Markdown or JSON. */
export async function report(
  [name, packedName]: readonly [string, string],
  options: ReportVerbOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { out, inputs, classes, madeBy, record, title = `${name} packed`, force = false } = options;
  assertComplete(options);
  const path = out === undefined ? undefined : resolve(surroundings.cwd, out);
  const model = await openModel(name, surroundings);
  if (path !== undefined) await assertFileTarget({ path, force, source: model.path, kind: 'report' });
  // The packed file is an input too
  const packedPath = resolve(surroundings.cwd, packedName);
  if (path === packedPath)
    throw outputError(`'${path}'`, 'another place than that of the packed file', 'the packed file');
  const bytes = await packedBytes(packedName, surroundings);
  const records = record === undefined ? [] : await recordsIn(record, surroundings);
  const classNames = classes === undefined ? undefined : await namesIn(classes, surroundings);
  const formats = decoders();
  const packed = (await packedModel(bytes, { formats }).load?.()) as io.ModelArtifacts;
  const given = inputs === undefined ? undefined : await givenInputs(inputs, options, surroundings);
  const evaluation =
    given &&
    (await reportEvaluation(model, packed, { ...options, given, ...(classNames && { classNames }) }, surroundings));
  const work = options.run ? await workOf(model, options, surroundings) : 'left out by --no-run';
  const forms = { original: model, packed, packedBytes: bytes };
  const { notes, ...runs } = options.run
    ? await measureRuns(forms, { ...options, ...(given && { given }) }, surroundings)
    : { notes: ['Time and memory are not measured: left out by --no-run'] };
  const data = await withProgress('measuring', surroundings, (onProgress) =>
    reportData(model.artifacts, bytes, {
      title,
      models: [name, packedName],
      commands: [...(madeBy === undefined ? [] : [madeBy]), commandOf(surroundings)],
      formats,
      compressors: COMPRESSORS,
      records,
      spectra: options.spectra,
      onProgress,
      ...(typeof work === 'object' && { work }),
      ...(evaluation && { evaluation }),
      ...runs,
    }),
  );
  const html = new TextEncoder().encode(reportHtml(data));
  if (path !== undefined) await writeFiles(dirname(path), { [basename(path)]: html });
  const written = out === undefined ? [] : [`${out}: a report of ${formatBytes(html.length)}`];
  print(
    data,
    [
      ...runLines(data),
      ...(typeof work === 'string' ? [`Multiply-adds are not counted: ${work}`] : []),
      ...notes,
      ...written,
    ],
    options,
    surroundings,
  );
  return EXIT.done;
}

/** Checks what belongs together, before anything is read. */
function assertComplete({ out, json, markdown, inputs, labels, classes }: ReportVerbOptions): void {
  if (out === undefined && !json && !markdown) {
    throw usageError('report', '--out FILE, --markdown or --json', 'none of them');
  }
  for (const [name, value] of Object.entries({ labels, classes })) {
    if (value !== undefined && inputs === undefined) throw usageError(`--${name}`, '--inputs too', 'none');
  }
}

function print(data: ReportData, outro: readonly string[], form: ReportForm, surroundings: Surroundings): void {
  if (form.markdown) {
    surroundings.stdout.write(reportMarkdown(data));
    return;
  }
  const rows = data.forms.map(({ form: name, bytes }) => [
    name,
    ...[bytes.raw, bytes.gzip, bytes.brotli].map((size) => (size === undefined ? '' : formatBytes(size))),
  ]);
  const columns = ['form', 'raw', 'gzip', 'brotli'].map(
    (head, i) => ({ head, align: i === 0 ? 'left' : 'right' }) as const,
  );
  printReport({ data, table: { columns, rows }, outro }, form, surroundings);
}

/** The multiply-adds of the model, or the reason why they cannot be counted. A model with unknown layers still gets a report. */
async function workOf(
  model: OpenedModel,
  options: ReportVerbOptions,
  surroundings: Surroundings,
): Promise<MultiplyAdds | string> {
  try {
    return await reportWork(model, options, surroundings);
  } catch (error) {
    return messageOf(error);
  }
}

/** The command line as it was typed, up to quotes. */
function commandOf({ args = [] }: Surroundings): string {
  const quoted = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  return ['gcompress', ...args].map(quoted).join(' ');
}

async function recordsIn(name: string, surroundings: Surroundings): Promise<WeightRecord[]> {
  const { weights } = (await jsonIn(name, surroundings)) as { readonly weights?: unknown };
  const isRecord = (weight: WeightRecord | null) =>
    typeof weight?.name === 'string' && Array.isArray(weight.notes ?? []);
  if (Array.isArray(weights) && weights.every(isRecord)) return weights;
  throw inputError(`'${name}'`, 'the JSON that compress or pack printed with --json', 'other JSON');
}

async function namesIn(name: string, surroundings: Surroundings): Promise<string[]> {
  const names = await jsonIn(name, surroundings);
  if (Array.isArray(names) && names.every((each) => typeof each === 'string')) return names;
  throw inputError(`'${name}'`, 'a JSON list of the names of the classes', 'other JSON');
}

async function jsonIn(name: string, { cwd }: Surroundings): Promise<unknown> {
  try {
    return JSON.parse(await readFile(resolve(cwd, name), 'utf8')) ?? {};
  } catch (cause) {
    throw inputError(`'${name}'`, 'a JSON file', messageOf(cause));
  }
}
