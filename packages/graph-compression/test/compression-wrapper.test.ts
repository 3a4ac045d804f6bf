import { blockDiagonal, inputOutput, mixedBlock } from '@gcompress/blocks';
import { isGCompressError } from '@gcompress/core';
import { dictLearn } from '@gcompress/dictlearn';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { prunedKMeans } from '@gcompress/pruning';
import { simhash } from '@gcompress/simhash';
import { assertClose, normalMatrix } from '@gcompress/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { useTestBackend } from '../../tfjs/test/backend.ts';
import { blended, levels, taken, variableOf } from '../../tfjs/test/operators.ts';
import { CompressionWrapper, parseHParams } from '../src/index.ts';

const wrapper = new CompressionWrapper([lowRank, levels]);

const refusal = (text: string, message: string) => {
  const attempt = () => wrapper.getApplyCompression(parseHParams(text));
  expect(attempt).toThrow(expect.toSatisfy((error) => isGCompressError(error, 'unsupported')));
  expect(attempt).toThrow(message);
};

describe('getApplyCompression', () => {
  it('makes the compressor and schedule of the reference’s command line', () => {
    const text =
      'name=cifar10_compression,alpha_decrement_value=0.005,begin_compression_step=40000,end_compression_step=100000,' +
      'compression_frequency=100,compression_option=1,use_tpu=False,update_option=0,rank=200';
    const { compressor, schedule } = wrapper.getApplyCompression(parseHParams(text))?.options ?? {};
    expect(compressor?.method).toBe('lowrank');
    expect(compressor?.options).toEqual(lowRank({ percent: 200, allowLarger: true }).options);
    expect(schedule?.config).toEqual({ kind: 'linear', begin: 40000, end: 100000, frequency: 100, decrement: 0.005 });
  });

  it.each([
    'compression_option=1',
    'compression_option=LOWRANK_MATRIX_COMPRESSION',
    'compression_option=lowrank',
    '{"compressionOption": "lowrank"}',
    '',
  ])('takes %j for low rank', (text) => {
    expect(wrapper.getApplyCompression(parseHParams(text))?.options.compressor.method).toBe('lowrank');
  });

  it('runs: a matrix is compressed and decays as the text says', async () => {
    await useTestBackend();
    const apply = wrapper.getApplyCompression(
      parseHParams('rank=300,begin_compression_step=2,compression_frequency=2,alpha_decrement_value=0.5'),
    );
    const variable = variableOf(normalMatrix([9, 12]), 'wrapped');
    const op = apply?.applyCompression(variable);
    const results = [];
    for (let step = 0; step < 6; step++) results.push((await apply?.runUpdateStep(step))?.[0]);
    expect(results).toEqual(['idle', 'idle', 'compressed', 'idle', 'decayed', 'idle']);
    expect(op?.alpha).toBe(0);
    expect(op?.variables.factors.b.shape).toEqual([9, 3]);
    apply?.dispose();
    variable.dispose();
  });

  it('gives nothing for the option none', () => {
    for (const text of ['compression_option=none', 'compression_option=0']) {
      expect(wrapper.getApplyCompression(parseHParams(text))).toBeUndefined();
    }
  });

  it('keeps alpha when update_option is 3, no update', () => {
    const schedule = wrapper.getApplyCompression(parseHParams('update_option=3'))?.options.schedule;
    expect(schedule?.config).toEqual({ kind: 'never' });
  });

  it('names the package of a method that was not passed', () => {
    const packages: Record<number, string> = {
      1: 'lowrank',
      2: 'simhash',
      3: 'dictlearn',
      4: 'kmeans',
      8: 'pruning',
      9: 'blocks',
      10: 'blocks',
      12: 'blocks',
    };
    for (const [option, name] of Object.entries(packages)) {
      const attempt = () =>
        new CompressionWrapper([levels]).getApplyCompression(parseHParams(`compression_option=${option}`));
      expect(attempt).toThrow(`Install @gcompress/${name} and pass its method`);
    }
    refusal(
      'compression_option=4',
      "(lowrank, test/levels), got 'kmeans'. Install @gcompress/kmeans and pass its method",
    );
    refusal('compression_option=acme/tensor-train', "Pass the method of the package that defines 'acme/tensor-train'");
    expect(() => new CompressionWrapper([]).getApplyCompression(parseHParams(''))).toThrow(
      "a method among those given (the list is empty), got 'lowrank'",
    );
  });

  it('refuses a method without hyperparameters in the reference', () => {
    refusal('compression_option=test/levels', 'a method with a function from hyperparameters to its options');
  });
});

describe('each option number of the reference', () => {
  const all = new CompressionWrapper([
    lowRank,
    simhash,
    dictLearn,
    kMeans,
    prunedKMeans,
    inputOutput,
    blockDiagonal,
    mixedBlock,
  ]);
  const window = 'end_compression_step=3,compression_frequency=1,alpha_decrement_value=0.5';
  const a = normalMatrix([12, 8], 3);

  it.each([
    [1, 'lowrank', 'rank=400', { b: [12, 2], c: [2, 8] }, 160],
    // ⌊8·100/400⌋ + 1 bits for each column, with a scale
    [2, 'simhash', 'rank=400', { projection: [12, 3], signs: [3, 8], scales: [8] }, 35],
    [3, 'dictlearn', 'rank=400', { atoms: [4, 8], codes: [12, 4], support: [12, 4] }, 278],
    [4, 'kmeans', 'rank=4,block_size=2', { codebook: [4, 2], encoding: [12, 4] }, 44],
    [
      8,
      'kmeans-pruning',
      'rank=4,target_sparsity=0.75,sparsity_function_end_step=1,pruning_frequency=1',
      { codebook: [5, 1], kept: [5, 1], encoding: [12, 8] },
      33,
    ],
    [
      9,
      'input-output',
      'input_block_size=4,input_compression_factor=2,compress_output=True,output_block_size=4,output_compression_factor=2',
      { b: [4, 2], c: [6, 4], d: [2, 4] },
      160,
    ],
    [10, 'block-diagonal', 'block_compression_factor=2', { blocks: [2, 6, 4], identity: [2, 2] }, 192],
    [12, 'mixed-block', 'compression_factor=2', { blocks: [2, 6, 4], mixer: [2, 2] }, 208],
  ])('%i, %s: compresses, blends, and counts bytes', async (option, method, own, shapes, bytes) => {
    await useTestBackend();
    const before = tf.memory().numTensors;
    const apply = all.getApplyCompression(parseHParams(`compression_option=${option},${window},${own}`));
    const variable = variableOf(a, `option${option}`);
    const op = apply?.applyCompression(variable);
    if (!apply || !op) throw new Error('nothing to apply');
    expect(op.compressor.method).toBe(method);
    const made = Object.entries(op.variables.factors).map(([name, factor]) => [name, factor.shape]);
    expect(Object.fromEntries(made)).toEqual(shapes);

    await apply.runUpdateStep(0);
    assertClose(taken(op.apply()).data, blended(op).data, { absolute: 1e-5 });
    await apply.runUpdateStep(1);
    expect(op.alpha).toBe(0);
    const written = await op.toCompressedMatrix();
    assertClose(taken(op.apply({ training: false })).data, written.decompress().data, { absolute: 1e-5 });
    expect(await apply.byteLengths()).toEqual({ uncompressed: 384, compressed: bytes });
    expect(written.byteLength).toBe(bytes);
    apply.dispose();
    variable.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('one matrix can have its own hyperparameters', async () => {
  await useTestBackend();
  const apply = wrapper.getApplyCompression(parseHParams('rank=300'));
  const own = wrapper.compressionOptions(parseHParams('rank=600,begin_compression_step=7'));
  const variables = [1, 2].map((seed) => variableOf(normalMatrix([9, 12], seed), `matrix${seed}`));
  apply?.applyCompression(variables[0]);
  apply?.applyCompression(variables[1], own);
  expect(apply?.ops.map(({ variables: { factors }, schedule }) => [factors.b.shape, schedule.config.begin])).toEqual([
    [[9, 3], 0],
    [[9, 2], 7],
  ]);
  expect(wrapper.compressionOptions(parseHParams('compression_option=0'))).toBeUndefined();
  apply?.dispose();
  for (const variable of variables) variable.dispose();
});
