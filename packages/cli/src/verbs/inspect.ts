// gcompress inspect: lists the weights of a model and their bytes in each form.
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type PackedWeight, pack } from '@gcompress/packed';
import { type ModelWeight, readModel } from '@gcompress/packed/weights';
import type { io } from '@tensorflow/tfjs-core';
import { compressorFor, type MethodChoice } from '../models/methods.ts';
import { openModel } from '../models/open-model.ts';
import { comparedBytes, formatBytes, formatError, formatRatio } from '../output/byte-size.ts';
import { withProgress } from '../output/progress.ts';
import { printReport, type ReportForm } from '../output/report.ts';
import type { Column } from '../output/table.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { describeModel } from './describe-model.ts';

const gzipped = promisify(gzip);
const brotlied = promisify(brotliCompress);
/** The quality of servers that compress on the fly; the highest quality takes minutes for a large model. */
const BROTLI_QUALITY = 5;

/** One weight and its bytes in each form. */
interface InspectedWeight extends Omit<PackedWeight, 'bytes'> {
  /** Class of the layer, or op of the node, that multiplies with it. */
  readonly usedBy?: string;
  readonly bytes: number;
  readonly gzipBytes: number;
  readonly brotliBytes: number;
  readonly packedBytes: number;
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

/** Prints the weights of a model with their bytes raw, gzipped, in brotli and packed. */
export async function inspect(
  name: string,
  options: MethodChoice & ReportForm & { readonly all?: boolean },
  surroundings: Surroundings,
): Promise<ExitCode> {
  const method = await compressorFor(options);
  const { artifacts, bytes } = await openModel(name, surroundings);
  const packed = await withProgress('packing', surroundings, (onProgress) => pack(artifacts, { method, onProgress }));
  const weights = await withProgress('compressing', surroundings, (onProgress) =>
    inspected(artifacts, packed.report.weights, onProgress),
  );
  const { kind, parts, text } = describeModel(artifacts);
  const data = {
    model: name,
    kind,
    parts,
    bytes,
    method: { name: method.method, options: method.options },
    packedFileBytes: packed.bytes.length,
    totals: totalsOf(weights),
    weights,
  };
  printReport(
    {
      data,
      intro: [`${name}: ${text}, ${formatBytes(bytes)}`],
      table: { columns: COLUMNS, rows: [...rowsOf(weights, options.all ?? false), sumCells('all weights', weights)] },
      outro: [
        `packed by ${method.method} ${JSON.stringify(method.options)}: one file of ${formatBytes(packed.bytes.length)}, ` +
          `${comparedBytes(bytes, packed.bytes.length)}. gzip at its default level, brotli at quality ${BROTLI_QUALITY}, each weight alone.`,
        ...weights.flatMap(({ name, notes }) => notes.map((note) => `${name}: ${note}`)),
      ],
    },
    options,
    surroundings,
  );
  return EXIT.done;
}

async function inspected(
  artifacts: io.ModelArtifacts,
  packed: readonly PackedWeight[],
  onProgress: (done: number) => void,
): Promise<InspectedWeight[]> {
  const { weights: all, kernels: used } = readModel('inspect', artifacts);
  const total = all.reduce((sum, { bytes }) => sum + bytes.length, 0);
  let done = 0;
  const sizes: Pick<InspectedWeight, 'gzipBytes' | 'brotliBytes'>[] = [];
  for (const weight of all) {
    sizes.push(await compressedSizes(weight));
    done += weight.bytes.length;
    onProgress(total === 0 ? 1 : done / total);
  }
  return packed.map(({ bytes: packedBytes, ...weight }, i) => ({
    ...weight,
    ...(used.has(weight.name) && { usedBy: used.get(weight.name)?.usedBy as string }),
    bytes: all[i].bytes.length,
    ...sizes[i],
    packedBytes,
  }));
}

async function compressedSizes({ bytes }: ModelWeight): Promise<{ gzipBytes: number; brotliBytes: number }> {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const [byGzip, byBrotli] = await Promise.all([gzipped(bytes), brotlied(bytes, { params })]);
  return { gzipBytes: byGzip.length, brotliBytes: byBrotli.length };
}

function cells(weight: InspectedWeight): string[] {
  const { name, usedBy = '', kind, shape, dtype, relativeError, storedAs } = weight;
  return [
    name,
    usedBy,
    kind === 'other' ? '' : kind,
    `[${shape.join(', ')}]`,
    dtype === storedAs ? dtype : `${dtype} → ${storedAs}`,
    ...sizeCells(weight),
    formatError(relativeError),
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

type Sizes = Pick<InspectedWeight, 'bytes' | 'gzipBytes' | 'brotliBytes' | 'packedBytes'>;

function totalsOf(weights: readonly InspectedWeight[]): Sizes {
  const sum = (key: keyof Sizes) => weights.reduce((total, weight) => total + weight[key], 0);
  return {
    bytes: sum('bytes'),
    gzipBytes: sum('gzipBytes'),
    brotliBytes: sum('brotliBytes'),
    packedBytes: sum('packedBytes'),
  };
}

function sizeCells({ bytes, gzipBytes, brotliBytes, packedBytes }: Sizes): string[] {
  return [...[bytes, gzipBytes, brotliBytes, packedBytes].map(formatBytes), formatRatio(bytes, packedBytes)];
}
