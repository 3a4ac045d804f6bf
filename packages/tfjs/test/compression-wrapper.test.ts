import { isGCompressError, parseHParams } from '@gcompress/core';
import { lowRank } from '@gcompress/lowrank';
import { normalMatrix } from '@gcompress/testkit';
import { describe, expect, it } from 'vitest';
import { CompressionWrapper } from '../src/index.ts';
import { useTestBackend } from './backend.ts';
import { levels, variableOf } from './operators.ts';

const wrapper = new CompressionWrapper([lowRank, levels]);

const refusal = (text: string, message: string) => {
  const attempt = () => wrapper.getApplyCompression(parseHParams(text));
  expect(attempt).toThrow(expect.toSatisfy((error) => isGCompressError(error, 'unsupported')));
  expect(attempt).toThrow(message);
};

describe('getApplyCompression', () => {
  it('makes what the reference’s command line asks for', () => {
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

  it('never lowers alpha where nobody is to run updates', () => {
    const schedule = wrapper.getApplyCompression(parseHParams('update_option=3'))?.options.schedule;
    expect(schedule?.config).toEqual({ kind: 'never' });
  });

  it('names the package of a method that was not handed over', () => {
    refusal(
      'compression_option=4',
      "lowrank, test/levels, got 'kmeans'. Install @gcompress/kmeans and pass its method",
    );
    refusal('compression_option=acme/tensor-train', "Pass the method of the package that defines 'acme/tensor-train'");
    expect(() => new CompressionWrapper([]).getApplyCompression(parseHParams(''))).toThrow(
      "one of the methods handed over: none, got 'lowrank'",
    );
  });

  it('says so when a method has no hyperparameters of the reference', () => {
    refusal('compression_option=test/levels', 'a method that the hyperparameters can describe');
  });
});
