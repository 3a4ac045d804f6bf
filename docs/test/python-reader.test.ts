import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { blockDiagonal, inputOutput, mixedBlock } from '@gcompress/blocks';
import {
  type CompressedMatrix,
  createRandom,
  type Matrix,
  type MatrixCompressor,
  matrix,
  type Shape2D,
  serialize,
  stack,
} from '@gcompress/core';
import { dictLearn } from '@gcompress/dictlearn';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { pruned, prunedKMeans } from '@gcompress/pruning';
import { simhash } from '@gcompress/simhash';
import { assertClose } from '@gcompress/testkit';
import { uniform } from '@gcompress/uniform';
import { beforeAll, describe, expect, it } from 'vitest';

// docs/file-format.md is to be enough for a reader in another language; this holds the one in Python to it.

const READER = resolve(import.meta.dirname, '../../tools/python-reader/read_gcompress.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;
const title = hasPython ? 'reader in Python' : 'reader in Python (skipped: there is no python3)';

function weights([rows, cols]: Shape2D): Matrix {
  const random = createRandom(7);
  return matrix(
    [rows, cols],
    Float32Array.from({ length: rows * cols }, () => random.normal() ** 3),
  );
}

// Odd sides, so that blocks are padded, rotations leave an axis out, and bits end inside of a byte
const odd = weights([21, 13]);
const even = weights([24, 16]);
const sparse = matrix(
  [24, 16],
  even.data.map((value, at) => (at % 16 < 8 || at % 5 === 0 ? 0 : value)),
);

/** Fewer kinds of blocks than levels, so that rows of codebooks are not used. */
const few = matrix(
  [24, 16],
  even.data.map((_, at) => (Math.floor(at / 48) % 3) + (at % 4)),
);

/** Levels from 0 to 3, each as frequent as the others, which take fewer bytes as packed bits. */
const evenly = matrix(
  [24, 16],
  Float32Array.from({ length: 384 }, (_, at) => createRandom(at).integer(4)),
);

/** Two columns of 31 have large values. */
const uneven = (() => {
  const { shape, data } = weights([61, 31]);
  return matrix(
    shape,
    data.map((value, at) => (at % 31 === 4 || at % 31 === 20 ? 50 * value : value)),
  );
})();

/** Every format, and every form that its tensors may have. */
const CASES: Readonly<Record<string, readonly [compressor: MatrixCompressor, matrix: Matrix, tensors: string]>> = {
  'low rank': [lowRank({ rank: 4 }), odd, 'b c'],
  'k-means of entries': [kMeans({ levels: 5 }), odd, 'codebook coded-encoding'],
  'k-means of entries, packed': [kMeans({ levels: 4, allowLarger: true }), evenly, 'codebook encoding'],
  'k-means, one level': [kMeans({ levels: 2 }), matrix([3, 3], new Float32Array(9)), 'codebook encoding'],
  'k-means of blocks, grouped': [
    kMeans({ levels: 3, blockSize: 3, codebooks: { rows: 8, columns: 6 } }),
    odd,
    'codebook coded-encoding',
  ],
  'simhash, gaussian': [simhash({ bits: 9, planes: 'gaussian', seed: 3_000_000_000 }), odd, 'scales signs'],
  'simhash, part of a rotation': [simhash({ bits: 10 }), odd, 'scales signs'],
  'simhash, two rotations': [simhash({ bits: 30, seed: 1 }), odd, 'scales signs'],
  'simhash, binary digits': [simhash({ bits: 70 }), odd, 'scales signs'],
  'simhash, fitted': [simhash({ bits: 5, planes: 'fitted', allowLarger: true }), odd, 'projection scales signs'],
  'dictionary of rows': [dictLearn({ atoms: 9, nonzeros: 4 }), sparse, 'atoms mask values'],
  'dictionary of pieces': [dictLearn({ ratio: 4 }), even, 'atoms coded-values counts positions'],
  'dictionary of padded pieces': [dictLearn({ atoms: 8, nonzeros: 1, signalLength: 4 }), odd, 'atoms positions values'],
  'dictionary with counts': [
    dictLearn({ atoms: 16, nonzeros: 3, signalLength: 4, valueBits: 6 }),
    sparse,
    'atoms coded-counts coded-values positions',
  ],
  'pruned entries': [pruned({ sparsity: 0.9 }), odd, 'gaps values'],
  'pruned blocks': [
    pruned({ sparsity: 0.5, structure: { blockHeight: 4, blockWidth: 3, pooling: 'average' } }),
    odd,
    'mask values',
  ],
  'pruned entries, few columns kept': [pruned({ sparsity: 0.95 }), uneven, 'coded-mask values'],
  'pruned blocks, few columns kept': [
    pruned({ sparsity: 0.9, structure: { blockHeight: 2, blockWidth: 1 } }),
    uneven,
    'coded-mask values',
  ],
  'pruned, with a codebook, few columns kept': [
    prunedKMeans({ sparsity: 0.95, levels: 9 }),
    uneven,
    'codebook coded-encoding coded-mask',
  ],
  'pruned, with a codebook': [prunedKMeans({ sparsity: 0.8, levels: 5 }), odd, 'codebook encoding gaps'],
  'block diagonal': [blockDiagonal({ blocks: 4 }), even, 'blocks'],
  'mixed blocks, interleaved': [mixedBlock({ blocks: 4 }), even, 'blocks mixer'],
  'mixed blocks, contiguous': [mixedBlock({ blocks: 2, order: 'contiguous' }), even, 'blocks mixer'],
  'input and output': [inputOutput({ input: { block: 6, factor: 3 }, output: { block: 8, factor: 2 } }), even, 'b c d'],
  'output alone': [inputOutput({ output: { block: 8, factor: 2 } }), even, 'c d'],
  'uniform levels': [uniform({ bits: 3 }), odd, 'levels steps'],
  'uniform levels, a step for each column': [
    uniform({ bits: 5, steps: 'column', allowLarger: true }),
    odd,
    'levels steps',
  ],
  'uniform levels, four states': [uniform({ bits: 3, trellis: 4 }), even, 'levels steps'],
  'uniform levels, eight states': [uniform({ bits: 4, trellis: 8, rateWeight: 0 }), even, 'levels steps'],
  'uniform levels of many bits': [uniform({ bits: 14, allowLarger: true }), odd, 'levels steps'],
  'uniform levels, packed': [uniform({ bits: 2.5, rateWeight: 0 }), evenly, 'levels steps'],
  stacked: [
    stack(lowRank, { b: kMeans, c: kMeans })({ outer: { rank: 3 }, inner: { b: { bits: 3 }, c: { bits: 2 } } }),
    odd,
    'b.codebook b.encoding c.codebook c.encoding',
  ],
  'stacked, levels coded': [
    stack(kMeans, { codebook: kMeans })({
      outer: { levels: 5, blockSize: 4, codebooks: { columns: 8 }, allowLarger: true },
      inner: { codebook: { levels: 4, allowLarger: true } },
    }),
    few,
    'codebook codebook.codebook codebook.encoding encoding',
  ],
  'stacked, kept values coded': [
    stack(pruned, { values: lowRank })({ outer: { sparsity: 0.9 }, inner: { values: { rank: 1 } } }),
    odd,
    'gaps values values.b values.c',
  ],
  'stacked, levels of kept values coded': [
    stack(prunedKMeans, { codebook: kMeans })({
      outer: { sparsity: 0.5, levels: 5 },
      inner: { codebook: { levels: 3, allowLarger: true } },
    }),
    odd,
    'codebook codebook.codebook codebook.encoding coded-encoding mask',
  ],
  'stacked, scales coded': [
    stack(simhash, { scales: kMeans })({
      outer: { bits: 5, allowLarger: true },
      inner: { scales: { levels: 3, allowLarger: true } },
    }),
    odd,
    'scales.codebook scales.encoding signs',
  ],
  'stacked, blocks coded': [
    stack(blockDiagonal, { blocks: lowRank })({
      outer: { blocks: 4 },
      inner: { blocks: { rank: 1, allowLarger: true } },
    }),
    even,
    'blocks.b blocks.c',
  ],
  'stacked twice': [
    stack(inputOutput, { b: kMeans, c: stack(lowRank, { b: kMeans, c: lowRank }) })({
      outer: { input: { block: 6, factor: 2 } },
      inner: {
        b: { levels: 4 },
        c: { outer: { rank: 2 }, inner: { b: { levels: 6 }, c: { rank: 1 } } },
      },
    }),
    even,
    'b.codebook b.encoding c.b.codebook c.b.encoding c.c.b c.c.c',
  ],
};

function read(bytes: Uint8Array): {
  status: number | null;
  values: Record<string, { values: number[] }>;
  error: string;
} {
  const path = join(mkdtempSync(join(tmpdir(), 'gcompress-python-')), 'weights.safetensors');
  writeFileSync(path, bytes);
  const { status, stdout, stderr } = spawnSync('python3', ['-B', READER, path, '--json'], { encoding: 'utf8' });
  return { status, values: status === 0 ? JSON.parse(stdout) : {}, error: stderr };
}

describe.skipIf(!hasPython)(title, () => {
  const compressed: Record<string, CompressedMatrix> = {};
  let file: Uint8Array;
  let decoded: ReturnType<typeof read>;

  beforeAll(async () => {
    for (const [name, [compressor, a]] of Object.entries(CASES)) compressed[name] = await compressor.compress(a);
    file = serialize(compressed);
    decoded = read(file);
  });

  it.each(Object.entries(CASES))('decodes %s', (name, [, , tensors]) => {
    expect(decoded.error).toBe('');
    expect(Object.keys(compressed[name].pack().tensors).sort().join(' ')).toBe(tensors);
    const expected = compressed[name].decompress().data;
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    assertClose(decoded.values[name].values, expected, { relative: 0, absolute: 2e-6 * largest });
  });

  it.each([
    ['shorter by a byte', (bytes: Uint8Array) => bytes.slice(0, -1), 'truncated'],
    ['cut off in the header', (bytes: Uint8Array) => bytes.slice(0, 100), 'truncated'],
    [
      'changed in one bit',
      (bytes: Uint8Array) => bytes.map((byte, at) => (at === bytes.length - 9 ? byte ^ 1 : byte)),
      'checksum',
    ],
    ['longer by a byte', (bytes: Uint8Array) => Uint8Array.of(...bytes, 0), 'after the last tensor'],
  ])('refuses a file that is %s', (_name, damage, reason) => {
    const { status, error } = read(damage(file));
    expect(status).toBe(1);
    expect(error).toContain(reason);
  });
});
