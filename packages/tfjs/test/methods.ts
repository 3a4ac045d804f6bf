import { blockDiagonal, inputOutput, mixedBlock } from '@gcompress/blocks';
import { type MatrixCompressor, stack } from '@gcompress/core';
import { dictLearn } from '@gcompress/dictlearn';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { pruned, prunedKMeans } from '@gcompress/pruning';
import { simhash } from '@gcompress/simhash';
import { uniform } from '@gcompress/uniform';
import { levels } from './operators.ts';

const coded = stack(lowRank, { b: kMeans, c: kMeans });
const codedLevels = stack(kMeans, { codebook: lowRank });
const codedScales = stack(simhash, { projection: kMeans, scales: kMeans });
const codedAtoms = stack(dictLearn, { atoms: kMeans });
const codedValues = stack(pruned, { values: lowRank });
const fitted = { bits: 6, planes: 'fitted', trainableScales: true, allowLarger: true } as const;

/** A compressor of every method, in every form that computes in a way of its own, for matrices whose sides 4 divides. */
export const everyMethod: readonly (readonly [name: string, compressor: MatrixCompressor])[] = [
  ['low rank', lowRank({ rank: 2 })],
  ['low rank by energy', lowRank({ energy: 0.5 })],
  ['integer factors', levels({ count: 5 })],
  ['k-means', kMeans({ levels: 4 })],
  ['uniform', uniform({ bits: 14, steps: 'column' })],
  ['k-means of blocks', kMeans({ levels: 3, blockSize: 4 })],
  ['simhash', simhash({ bits: 6 })],
  ['simhash, scales trained', simhash({ bits: 6, trainableScales: true })],
  ['dictionary of rows', dictLearn({ atoms: 4, nonzeros: 2, valueBits: 32, allowLarger: true })],
  ['dictionary of pieces', dictLearn({ atoms: 4, nonzeros: 2, signalLength: 4, valueBits: 32, allowLarger: true })],
  ['low rank, coded', coded({ outer: { rank: 2 }, inner: { b: { levels: 4 }, c: { levels: 4 } } })],
  ['k-means, levels coded', codedLevels({ outer: { levels: 5, blockSize: 4 }, inner: { codebook: { rank: 2 } } })],
  [
    'simhash, scales coded',
    codedScales({
      outer: fitted,
      inner: { projection: { levels: 8, allowLarger: true }, scales: { levels: 3, allowLarger: true } },
    }),
  ],
  [
    'dictionary, atoms coded',
    codedAtoms({ outer: { atoms: 4, nonzeros: 2, valueBits: 32, allowLarger: true }, inner: { atoms: { levels: 4 } } }),
  ],
  ['pruning, values coded', codedValues({ outer: { sparsity: 0.5 }, inner: { values: { rank: 2 } } })],
  ['pruning', pruned({ sparsity: 0.5 })],
  ['pruning of blocks', pruned({ sparsity: 0.5, structure: { blockHeight: 2, blockWidth: 2 } })],
  ['pruning, 1 of 4', pruned({ structure: { m: 1, n: 4 } })],
  ['pruning and k-means', prunedKMeans({ sparsity: 0.5, levels: 4 })],
  ['input/output', inputOutput({ input: { block: 4, factor: 4 }, output: { block: 4, factor: 2 } })],
  ['block-diagonal', blockDiagonal({ blocks: 2 })],
  ['mixed block, interleaved', mixedBlock({ blocks: 2, order: 'interleaved' })],
  ['mixed block, contiguous', mixedBlock({ blocks: 2, order: 'contiguous' })],
];
