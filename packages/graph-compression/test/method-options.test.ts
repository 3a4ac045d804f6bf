// What hyperparameters mean for each method.
import { blockDiagonal, inputOutput, mixedBlock } from '@gcompress/blocks';
import { defineMethod, type Shape2D } from '@gcompress/core';
import { dictLearn } from '@gcompress/dictlearn';
import { goldenMatrix } from '@gcompress/fixtures';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { pruned, prunedKMeans, sparsityAt, sparsityUpdateDue } from '@gcompress/pruning';
import { simhash } from '@gcompress/simhash';
import { describe, expect, it } from 'vitest';
import { compressorFromHParams, parseHParams, pruningScheduleFromHParams } from '../src/index.ts';

const METHODS = [lowRank, simhash, dictLearn, kMeans, pruned, prunedKMeans, inputOutput, blockDiagonal, mixedBlock];
const compressor = (text: string) => compressorFromHParams(parseHParams(text), METHODS);
const refused = (code: string) => expect.objectContaining({ code });

it('low rank takes the percent, and the rank of a matrix that gains nothing', () => {
  const original = goldenMatrix('normal-24x16');
  const made = compressorFromHParams(parseHParams('compression_option=1,rank=400'), [lowRank]).compress(original);
  expect(made).toMatchObject({ factors: lowRank({ percent: 400, allowLarger: true }).compress(original).factors });
  expect(compressor('rank=100').plan([24, 16]).factors.c.shape).toEqual([16, 16]);
});

it('simhash draws its planes and scales as Python does', () => {
  const made = compressor('compression_option=2,rank=200');
  expect(made.options).toMatchObject({
    percent: 200,
    planes: 'gaussian',
    scales: 'norm',
    refine: 0,
    allowLarger: true,
  });
  expect(made.plan([10, 20]).config).toMatchObject({ planes: 'gaussian', seed: 42, bits: 6 });
});

it('dictionary learning takes the percent, with two iterations, and refuses codes larger than the matrix', () => {
  const made = compressor('compression_option=3,rank=200');
  expect(made.options).toMatchObject({ percent: 200, iterations: 2 });
  expect(() => made.plan([2304, 384])).toThrow(refused('not-smaller'));
});

it('k-means takes the rank as the number of levels', () => {
  const { options } = compressor('compression_option=4,rank=16,block_size=3,pruning_fraction=0.25');
  expect(options).toMatchObject({ levels: 16, blockSize: 3, pruningFraction: 0.25, allowLarger: true });
});

describe('pruning', () => {
  const growth = (target: number) => ({
    ...{ initial: 0, target, begin: 0, end: 100, exponent: 3 },
    steps: { begin: 0, end: -1, frequency: 10 },
  });

  it('grows as the hyperparameters say, by entries or blocks', () => {
    expect(compressor('compression_option=8,rank=16,target_sparsity=0.75').options).toMatchObject({
      sparsity: growth(0.75),
      structure: 'entries',
      levels: 16,
    });
    const blocks = parseHParams('block_height=2,block_width=-1,block_pooling_function=MAX');
    expect(compressorFromHParams({ ...blocks, compressionOption: 'pruning' }, METHODS).options).toMatchObject({
      sparsity: growth(0.5),
      structure: { blockHeight: 2, blockWidth: -1, pooling: 'max' },
    });
  });

  it('refuses codebooks of blocks', () => {
    expect(() => compressor('compression_option=8,block_size=2')).toThrow(refused('unsupported'));
  });

  it('gives a schedule for sparsityAt and sparsityUpdateDue, which check its numbers', () => {
    const text = 'begin_pruning_step=5,pruning_frequency=2,target_sparsity=0.9,sparsity_function_end_step=50';
    const { sparsity, steps } = pruningScheduleFromHParams(parseHParams(text));
    expect(sparsity).toEqual({ initial: 0, target: 0.9, begin: 0, end: 50, exponent: 3 });
    expect(steps).toEqual({ begin: 5, end: -1, frequency: 2 });
    expect(sparsityAt(50, sparsity)).toBe(0.9);
    for (const wrong of ['sparsity_function_end_step=0', 'target_sparsity=1']) {
      const { sparsity: bad } = pruningScheduleFromHParams(parseHParams(wrong));
      expect(() => sparsityAt(0, bad)).toThrow(refused('invalid-option'));
    }
    const { steps: bad } = pruningScheduleFromHParams(parseHParams('end_pruning_step=0,begin_pruning_step=3'));
    expect(() => sparsityUpdateDue(0, bad)).toThrow(refused('invalid-option'));
  });
});

describe('blocks', () => {
  it.each(['loop', 'mask'])('block-diagonal is the same by %s', (method) => {
    const made = compressor(`compression_option=10,block_compression_factor=2,block_method=${method}`);
    expect(made.options).toEqual(blockDiagonal({ blocks: 2, allowLarger: true }).options);
  });

  it('mixed-block has one mixer for any number of bases', () => {
    const { factors } = compressor('compression_option=12,compression_factor=4,num_bases=2').plan([12, 8]);
    expect([factors.blocks.shape, factors.mixer.shape]).toEqual([
      [4, 3, 2],
      [4, 4],
    ]);
  });

  it('input/output shortens each side only where it is on', () => {
    const text =
      'compression_option=9,input_block_size=4,input_compression_factor=2,output_block_size=4,output_compression_factor=2';
    const shapes = (more: string) =>
      Object.entries(compressor(text + more).plan([12, 8]).factors).map(([name, { shape }]) => [name, ...shape]);
    expect(shapes(',compress_output=true')).toEqual([
      ['b', 4, 2],
      ['c', 6, 4],
      ['d', 2, 4],
    ]);
    expect(shapes('')).toEqual([
      ['b', 4, 2],
      ['c', 6, 8],
    ]);
    expect(shapes(',compress_input=false,compress_output=true')).toEqual([
      ['c', 12, 4],
      ['d', 2, 4],
    ]);
    expect(() => compressor('compression_option=9,compress_input=false')).toThrow(refused('invalid-option'));
  });
});

describe('option 9 with a block that does not divide its side', () => {
  it.each([
    [2, 'With the factor 2, these blocks work: 2, 6, 10, 18, 30, 90.'],
    [4, 'No block works with the factor 4; there are blocks for the factors 2, 3, 5, 6, 9, 10, 15, 18, 30, 45, 90.'],
  ])('names what works for a kernel [90, 20] with the factor %d', (factor, hint) => {
    const made = compressor(`compression_option=9,input_block_size=16,input_compression_factor=${factor}`);
    expect(() => made.plan([90, 20])).toThrow(`a divisor of the 90 inputs, got 16. ${hint}`);
  });

  it.each([2, 6, 10, 18, 30, 90])('a block of %d is accepted', (block) => {
    const text = `compression_option=9,input_block_size=${block},input_compression_factor=2`;
    expect(compressor(text).plan([90, 20]).factors.c.shape).toEqual([45, 20]);
  });
});

describe('a method of a third party', () => {
  const halved = defineMethod<{ readonly rank: number }, 'b' | 'c'>({
    name: 'acme/halved',
    format: lowRank.format,
    create({ rank }) {
      const inner = lowRank({ rank });
      const plan = (shape: Shape2D) => inner.plan(shape);
      return { options: { rank }, plan, factorize: (a) => inner.compress(a).factors };
    },
  });
  const hparams = parseHParams('compression_option=acme/halved,rank=6');

  it('joins with its own table of options', () => {
    const made = compressorFromHParams(hparams, [halved], { 'acme/halved': ({ rank }) => ({ rank: rank / 2 }) });
    expect(made.options).toEqual({ rank: 3 });
  });

  it('is refused without a table, and the error shows the entry to write', () => {
    expect(() => compressorFromHParams(hparams, [halved])).toThrow(refused('unsupported'));
    expect(() => compressorFromHParams(hparams, [halved])).toThrow("{ 'acme/halved': (hparams) => ({ … }) }");
  });
});
