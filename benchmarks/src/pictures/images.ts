// The pictures of the documentation that show matrices: units, pruning and blocks.
import { blockDiagonal, inputOutput, mixedBlock } from '@gcompress/blocks';
import { createRandom, type Matrix, matrix, relativeError, type SyncMatrixCompressor } from '@gcompress/core';
import { dictLearn } from '@gcompress/dictlearn';
import { trainedMatrix } from '@gcompress/fixtures';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { pruned } from '@gcompress/pruning';
import { simhash } from '@gcompress/simhash';
import { image, text } from '@observablehq/plot';
import { matrixImage } from './matrix-image.ts';
import { savePlot } from './save-plot.ts';

interface Tile {
  readonly x: number;
  readonly y: number;
  readonly src: string;
}

interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly end?: boolean;
}

/** Tiles of `size` pixels with labels, placed by pixel. */
function saveTiles(
  name: string,
  description: string,
  frame: { readonly width: number; readonly height: number; readonly size: number },
  tiles: readonly Tile[],
  labels: readonly Label[],
): void {
  const { width, height, size } = frame;
  const placed = (anchor: 'start' | 'end') => ({
    x: 'x',
    y: 'y',
    text: 'text',
    textAnchor: anchor,
    lineAnchor: 'middle' as const,
    fontSize: 13,
  });
  savePlot(name, description, {
    width,
    height,
    margin: 0,
    x: { domain: [0, width], range: [0, width], axis: null },
    y: { domain: [0, height], range: [0, height], axis: null },
    marks: [
      image(tiles, {
        x: ({ x }: Tile) => x + size / 2,
        y: ({ y }: Tile) => y + size / 2,
        src: 'src',
        width: size,
        height: size,
        imageRendering: 'pixelated',
      }),
      text(
        labels.filter(({ end }) => !end),
        placed('start'),
      ),
      text(
        labels.filter(({ end }) => end),
        placed('end'),
      ),
    ],
  });
}

/** The weights into some units of the first layer as images of 28 × 28, and what each method makes of them. */
export function saveUnits(): void {
  const { shape, data } = trainedMatrix('fc1');
  const weights = matrix(shape, data);
  const units = [3, 20, 47, 90, 131, 170, 222, 263];
  const size = 84;
  const left = 190;
  const rows: [string, string, Matrix][] = [['weights', '940,800 bytes', weights]];
  const bytes = Math.floor(data.byteLength / 8);
  const methods: [string, SyncMatrixCompressor][] = [
    ['low rank', lowRank({ bytes })],
    ['k-means', kMeans({ bytes })],
    ['dictionary', dictLearn({ bytes })],
    ['simhash', simhash({ bytes })],
    ['pruned', pruned({ bytes })],
  ];
  for (const [name, compressor] of methods) {
    const compressed = compressor.compress(weights);
    const back = compressed.decompress();
    const note = `${compressed.byteLength.toLocaleString('en-US')} bytes, error ${relativeError(weights, back).toFixed(2)}`;
    rows.push([name, note, back]);
  }
  const columnOf = (whole: Matrix, unit: number) =>
    Float32Array.from({ length: 784 }, (_, row) => whole.data[row * 300 + unit]);
  const top = (row: number) => 6 + row * (size + 8);
  saveTiles(
    'units',
    'Weights into eight hidden units as images of 28 × 28, and the same after each method at an eighth of the bytes',
    { width: left + units.length * (size + 8), height: top(rows.length), size },
    rows.flatMap(([, , whole], row) =>
      units.map((unit, column) => ({
        x: left + column * (size + 8),
        y: top(row),
        src: matrixImage(columnOf(whole, unit), 28, 28, 0.25),
      })),
    ),
    rows.flatMap(([name, note], row) => [
      { x: 10, y: top(row) + size / 2 - 9, text: name },
      { x: 10, y: top(row) + size / 2 + 9, text: note },
    ]),
  );
}

/** A corner of a weight matrix, and the kept entries after pruning half of it in different structures. */
export function savePruning(): void {
  const { shape, data } = trainedMatrix('fc2');
  const weights = matrix(shape, data);
  saveRow('pruning', 'A corner of a weight matrix, pruned by half in four structures', weights, 48, 0.3, [
    ['weights', undefined],
    ['single entries', pruned({ sparsity: 0.5 })],
    ['2 of each 4', pruned({ structure: { m: 2, n: 4 } })],
    ['blocks 4 × 4', pruned({ sparsity: 0.5, structure: { blockHeight: 4, blockWidth: 4 } })],
    ['whole rows', pruned({ sparsity: 0.5, structure: { blockHeight: 1, blockWidth: -1 } })],
  ]);
}

/** The three block structures fitted to random entries, which shows what they can be. */
export function saveBlocks(): void {
  const random = createRandom(3);
  const entries = matrix(
    [32, 32],
    new Float32Array(1024).map(() => random.normal()),
  );
  saveRow('blocks', 'Random entries, and the nearest matrix of each block structure', entries, 32, 2, [
    ['entries', undefined],
    ['block diagonal', blockDiagonal({ blocks: 4 })],
    ['mixed, contiguous', mixedBlock({ blocks: 4, order: 'contiguous' })],
    ['mixed, interleaved', mixedBlock({ blocks: 4 })],
    ['input and output', inputOutput({ input: { block: 8, factor: 2 }, output: { block: 8, factor: 2 } })],
  ]);
}

/** The corner of a matrix beside what compressors make of it. */
function saveRow(
  name: string,
  description: string,
  whole: Matrix,
  side: number,
  limit: number,
  columns: readonly (readonly [title: string, compressor: SyncMatrixCompressor | undefined])[],
): void {
  const size = 160;
  const left = (column: number) => 10 + column * (size + 14);
  const corner = ({ shape: [, cols], data }: Matrix) =>
    Float32Array.from({ length: side * side }, (_, at) => data[Math.floor(at / side) * cols + (at % side)]);
  saveTiles(
    name,
    description,
    { width: left(columns.length), height: size + 40, size },
    columns.map(([, compressor], column) => ({
      x: left(column),
      y: 30,
      src: matrixImage(corner(compressor?.compress(whole).decompress() ?? whole), side, side, limit),
    })),
    columns.map(([title], column) => ({ x: left(column), y: 16, text: title })),
  );
}
