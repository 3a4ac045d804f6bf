// gcompress inspect: lists the weights of a model and their bytes in each form.
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type PackedWeight, pack } from '@gcompress/packed';
import { type ModelContents, type ModelWeight, readModel } from '@gcompress/packed/weights';
import { compressorFor, type MethodChoice } from '../models/methods.ts';
import { openModel } from '../models/open-model.ts';
import { comparedBytes, formatBytes, formatError, formatRatio } from '../output/byte-size.ts';
import { withProgress } from '../output/progress.ts';
import { printReport, type ReportForm } from '../output/report.ts';
import type { Column } from '../output/table.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { describeModel } from './describe-model.ts';
import { energyRanks } from './energy-rank.ts';
import { sampledModel } from './sample-model.ts';

const gzipped = promisify(gzip);
const brotlied = promisify(brotliCompress);
/** The quality of servers that compress on the fly; the highest quality takes minutes for a large model. */
const BROTLI_QUALITY = 5;
/** Methods whose bytes grow with the columns, so that some columns tell the bytes of all. */
const SAMPLED_METHODS = ['uniform', 'kmeans', 'pruned', 'pruned-kmeans'];
/** Blocks and bytes of a block that stand for a large weight under gzip and brotli. */
const BLOCKS = 16;
const BLOCK_BYTES = 2 ** 14;

/** One weight and its bytes in each form. */
interface InspectedWeight extends Omit<PackedWeight, 'bytes'> {
  /** Class of the layer, or op of the node, that multiplies with it. */
  readonly usedBy?: string;
  readonly bytes: number;
  readonly gzipBytes: number;
  readonly brotliBytes: number;
  readonly packedBytes: number;
  /** Whether gzipBytes, brotliBytes, packedBytes and errors are estimates from a sample. */
  readonly estimated: boolean;
  /** Rank for 90 % of the sum of squares, with `--spectra`. */
  readonly energyRank?: string;
}

/** Options of `gcompress inspect`. */
export interface InspectVerbOptions extends MethodChoice, ReportForm {
  /** Lists also the weights that are no matrices. */
  readonly all?: boolean;
  /** Measures large models whole instead of estimating their sizes. */
  readonly exact?: boolean;
  /** Computes singular values. */
  readonly spectra?: boolean;
}

const COLUMNS: readonly Column[] = [
  { head: 'weight', align: 'left' },
  { head: 'used by', align: 'left' },
  { head: 'kind', align: 'left' },
  { head: 'shape', align: 'left' },
  { head: 'type', align: 'left' },
  { head: 'raw', align: 'right' },
  { head: 'gzip', align: 'right' },
  { head: 'brotli', align: 'right' },
  { head: 'packed', align: 'right' },
  { head: 'times', align: 'right' },
  { head: 'error', align: 'right' },
];

/** The column of `--spectra`. */
const RANK_COLUMN: Column = { head: 'rank for 90 %', align: 'right' };

/** Prints the weights of a model with their bytes raw, gzipped, in brotli and packed. */
export async function inspect(
  name: string,
  options: InspectVerbOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const method = await compressorFor(options);
  const { artifacts, bytes } = await openModel(name, surroundings);
  const sample = options.exact || !SAMPLED_METHODS.includes(method.method) ? undefined : sampledModel(artifacts);
  const packed = await withProgress('packing', surroundings, (onProgress) =>
    pack(sample?.artifacts ?? artifacts, { method, onProgress }),
  );
  const contents = readModel('inspect', artifacts);
  const ranks = options.spectra
    ? await withProgress('singular values', surroundings, (onProgress) => energyRanks(contents, onProgress))
    : undefined;
  const weights = await withProgress('compressing', surroundings, (onProgress) =>
    inspected(contents, packed.report.weights, { factors: sample?.factors, ranks, onProgress }),
  );
  const isEstimate = weights.some(({ estimated }) => estimated);
  const fileBytes = isEstimate ? packed.report.headerBytes + totalsOf(weights).packedBytes : packed.bytes.length;
  const { kind, parts, text } = describeModel(artifacts);
  const data = {
    model: name,
    kind,
    parts,
    bytes,
    method: { name: method.method, options: method.options },
    packedFileBytes: fileBytes,
    estimated: isEstimate,
    totals: totalsOf(weights),
    weights,
  };
  printReport(
    {
      data,
      intro: [`${name}: ${text}, ${formatBytes(bytes)}`],
      table: {
        columns: ranks ? [...COLUMNS, RANK_COLUMN] : COLUMNS,
        rows: [...rowsOf(weights, options.all ?? false), sumCells('all weights', weights)].map((cells) =>
          ranks && cells.length === COLUMNS.length ? [...cells, ranks.get(cells[0] ?? '') ?? ''] : cells,
        ),
      },
      outro: [
        `packed by ${method.method} ${JSON.stringify(method.options)}: one file of ${isEstimate ? '~' : ''}${formatBytes(fileBytes)}, ` +
          `${comparedBytes(bytes, fileBytes)}. gzip at its default level, brotli at quality ${BROTLI_QUALITY}, each weight alone.`,
        ...(isEstimate
          ? ['Sizes and errors with ~ are estimated from a sample of the values; --exact measures them.']
          : []),
        ...weights.flatMap(({ name, notes }) => notes.map((note) => `${name}: ${note}`)),
      ],
    },
    options,
    surroundings,
  );
  return EXIT.done;
}

interface InspectionOptions {
  /** How many times larger a weight is than its sample; undefined if everything was measured whole. */
  readonly factors: readonly number[] | undefined;
  readonly ranks: ReadonlyMap<string, string> | undefined;
  readonly onProgress: (done: number) => void;
}

async function inspected(
  { weights: all, kernels: used }: ModelContents,
  packed: readonly PackedWeight[],
  { factors, ranks, onProgress }: InspectionOptions,
): Promise<InspectedWeight[]> {
  const total = all.reduce((sum, { bytes }) => sum + bytes.length, 0);
  let done = 0;
  const sizes: Pick<InspectedWeight, 'gzipBytes' | 'brotliBytes'>[] = [];
  for (const weight of all) {
    sizes.push(await compressedSizes(weight, factors !== undefined));
    done += weight.bytes.length;
    onProgress(total === 0 ? 1 : done / total);
  }
  return packed.map(({ bytes: packedBytes, ...weight }, i) => ({
    ...weight,
    shape: all[i].shape,
    ...(used.has(weight.name) && { usedBy: used.get(weight.name)?.usedBy as string }),
    bytes: all[i].bytes.length,
    ...sizes[i],
    packedBytes: Math.round(packedBytes * (factors?.[i] ?? 1)),
    estimated: (factors?.[i] ?? 1) !== 1,
    ...(ranks?.has(weight.name) && { energyRank: ranks.get(weight.name) as string }),
  }));
}

async function compressedSizes(
  weight: ModelWeight,
  isEstimate: boolean,
): Promise<{ gzipBytes: number; brotliBytes: number }> {
  const bytes = isEstimate ? blocksOf(weight.bytes) : weight.bytes;
  const factor = bytes.length === 0 ? 1 : weight.bytes.length / bytes.length;
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const [byGzip, byBrotli] = await Promise.all([gzipped(bytes), brotlied(bytes, { params })]);
  return { gzipBytes: Math.round(byGzip.length * factor), brotliBytes: Math.round(byBrotli.length * factor) };
}

/** Evenly spaced blocks of the bytes; all bytes if they are few. */
function blocksOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= BLOCKS * BLOCK_BYTES) return bytes;
  // Whole values of up to 8 bytes
  const starts = Array.from(
    { length: BLOCKS },
    (_, i) => 8 * Math.floor((i * (bytes.length - BLOCK_BYTES)) / (BLOCKS - 1) / 8),
  );
  return Buffer.concat(starts.map((start) => bytes.subarray(start, start + BLOCK_BYTES)));
}

function cells(weight: InspectedWeight): string[] {
  const { name, usedBy = '', kind, shape, dtype, relativeError, copyOf } = weight;
  const form = copyOf === undefined ? weight.storedAs : 'copy';
  return [
    name,
    usedBy,
    kind === 'other' ? '' : kind,
    `[${shape.join(', ')}]`,
    dtype === form ? dtype : `${dtype} → ${form}`,
    ...sizeCells(weight),
    `${weight.estimated ? '~' : ''}${formatError(relativeError)}`,
  ];
}

/** A row for each matrix, and one row for all other weights together, or with `all` one row each. */
function rowsOf(weights: readonly InspectedWeight[], all: boolean): string[][] {
  const others = weights.filter(({ kind }) => kind === 'other');
  if (all || others.length < 2) return weights.map(cells);
  const main = weights.filter(({ kind }) => kind !== 'other');
  return [...main.map(cells), sumCells(`${others.length} other weights (--all lists them)`, others)];
}

function sumCells(name: string, weights: readonly InspectedWeight[]): string[] {
  return [name, '', '', '', '', ...sizeCells(totalsOf(weights)), ''];
}

type Sizes = Pick<InspectedWeight, 'bytes' | 'gzipBytes' | 'brotliBytes' | 'packedBytes' | 'estimated'>;

function totalsOf(weights: readonly InspectedWeight[]): Sizes {
  const sum = (key: Exclude<keyof Sizes, 'estimated'>) => weights.reduce((total, weight) => total + weight[key], 0);
  return {
    bytes: sum('bytes'),
    gzipBytes: sum('gzipBytes'),
    brotliBytes: sum('brotliBytes'),
    packedBytes: sum('packedBytes'),
    estimated: weights.some(({ estimated }) => estimated),
  };
}

function sizeCells({ bytes, gzipBytes, brotliBytes, packedBytes, estimated }: Sizes): string[] {
  const sign = estimated ? '~' : '';
  const measured = [gzipBytes, brotliBytes, packedBytes].map((size) => `${sign}${formatBytes(size)}`);
  return [formatBytes(bytes), ...measured, `${sign}${formatRatio(bytes, packedBytes)}`];
}
