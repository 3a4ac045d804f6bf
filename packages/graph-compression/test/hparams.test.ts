import { isGCompressError } from '@gcompress/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompressionHParams, defaultHParams, formatHParams, parseHParams } from '../src/index.ts';

const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));

const anyHParams: fc.Arbitrary<CompressionHParams> = fc
  .record({
    name: fc.stringMatching(/^([^,[\s][^,[]{0,20})?$/),
    alphaDecrementValue: fc.double({ min: 1e-9, max: 1, noNaN: true }),
    beginCompressionStep: fc.nat(),
    length: fc.option(fc.nat(), { nil: undefined }),
    compressionFrequency: fc.integer({ min: 1, max: 1e6 }),
    compressionOption: fc.constantFrom('none', 'lowrank', 'simhash', 'dictlearn', 'kmeans', 'mixed-block', 'acme/svd2'),
    rank: fc.integer({ min: 1, max: 1e4 }),
    updateOption: fc.constantFrom('callback' as const, 'manual' as const, 'none' as const),
    useTpu: fc.constant(false),
    blockSize: fc.integer({ min: 1, max: 512 }),
    pruningFraction: fc.double({ min: 0, max: 1, noNaN: true }),
    compressInput: fc.boolean(),
    inputBlockSize: fc.integer({ min: 1, max: 512 }),
    inputCompressionFactor: fc.integer({ min: 1, max: 64 }),
    compressOutput: fc.boolean(),
    outputBlockSize: fc.integer({ min: 1, max: 512 }),
    outputCompressionFactor: fc.integer({ min: 1, max: 64 }),
    blockCompressionFactor: fc.integer({ min: 1, max: 64 }),
    blockMethod: fc.constantFrom('loop' as const, 'mask' as const),
    compressionFactor: fc.integer({ min: 1, max: 64 }),
    numBases: fc.integer({ min: 1, max: 64 }),
    beginPruningStep: fc.nat(),
    endPruningStep: fc.integer({ min: -1, max: 1e6 }),
    pruningFrequency: fc.integer({ min: 1, max: 1e6 }),
    initialSparsity: fc.double({ min: 0, max: 1, noNaN: true }),
    targetSparsity: fc.double({ min: 0, max: 1, noNaN: true }),
    sparsityFunctionBeginStep: fc.nat(),
    sparsityFunctionEndStep: fc.nat(),
    sparsityFunctionExponent: fc.double({ min: 0.1, max: 10, noNaN: true }),
    blockHeight: fc.integer({ min: -1, max: 512 }),
    blockWidth: fc.integer({ min: -1, max: 512 }),
    blockPoolingFunction: fc.constantFrom('AVG' as const, 'MAX' as const),
  })
  .map(({ length, ...rest }) => ({
    ...rest,
    endCompressionStep: length === undefined ? -1 : rest.beginCompressionStep + length,
  }));

describe('defaults', () => {
  it('equal the documented values', () => {
    expect(defaultHParams).toEqual({
      name: 'model_compression',
      alphaDecrementValue: 0.01,
      beginCompressionStep: 0,
      endCompressionStep: -1,
      compressionFrequency: 10,
      compressionOption: 'lowrank',
      rank: 100,
      updateOption: 'callback',
      useTpu: false,
      blockSize: 1,
      pruningFraction: 0,
      compressInput: true,
      inputBlockSize: 32,
      inputCompressionFactor: 1,
      compressOutput: false,
      outputBlockSize: 1,
      outputCompressionFactor: 1,
      blockCompressionFactor: 1,
      blockMethod: 'loop',
      compressionFactor: 1,
      numBases: 1,
      beginPruningStep: 0,
      endPruningStep: -1,
      pruningFrequency: 10,
      initialSparsity: 0,
      targetSparsity: 0.5,
      sparsityFunctionBeginStep: 0,
      sparsityFunctionEndStep: 100,
      sparsityFunctionExponent: 3,
      blockHeight: 1,
      blockWidth: 1,
      blockPoolingFunction: 'AVG',
    });
    expect(Object.isFrozen(defaultHParams)).toBe(true);
  });

  it.each([[''], ['{}'], [{}]])('are what %j means', (source) => {
    expect(parseHParams(source)).toEqual(defaultHParams);
  });

  it('are overridden by a base', () => {
    const base = parseHParams('rank=200,compression_frequency=5');
    expect(parseHParams('compression_frequency=7', base)).toEqual({
      ...defaultHParams,
      rank: 200,
      compressionFrequency: 7,
    });
  });
});

describe('parseHParams', () => {
  it("reads the reference's command line", () => {
    const text =
      'name=cifar10_compression,alpha_decrement_value=0.005,begin_compression_step=40000,end_compression_step=100000,' +
      'compression_frequency=100,compression_option=1,use_tpu=False,update_option=0,rank=200,';
    const expected = {
      ...defaultHParams,
      name: 'cifar10_compression',
      alphaDecrementValue: 0.005,
      beginCompressionStep: 40000,
      endCompressionStep: 100000,
      compressionFrequency: 100,
      rank: 200,
    };
    expect(parseHParams(text)).toEqual(expected);
    expect(parseHParams({ ...expected })).toEqual(expected);
    expect(parseHParams('{"name": "cifar10_compression"}').name).toBe('cifar10_compression');
  });

  it.each([
    [0, 'none', 'NO_MATRIX_COMPRESSION'],
    [1, 'lowrank', 'LOWRANK_MATRIX_COMPRESSION'],
    [2, 'simhash', 'SIMHASH_MATRIX_COMPRESSION'],
    [3, 'dictlearn', 'DL_MATRIX_COMPRESSION'],
    [4, 'kmeans', 'KMEANS_MATRIX_COMPRESSION'],
    [8, 'kmeans-pruning', 'KMEANS_AND_PRUNING_MATRIX_COMPRESSION'],
    [9, 'input-output', 'INPUTOUTPUT_COMPRESSION'],
    [10, 'block-diagonal', 'BLOCK_COMPRESSION'],
    [12, 'mixed-block', 'MIXED_BLOCK_COMPRESSION'],
  ])('takes compression_option %s by number and by both names', (number, name, pythonName) => {
    for (const given of [number, name, pythonName]) {
      expect(parseHParams(`compression_option=${given}`).compressionOption).toBe(name);
      expect(parseHParams({ compressionOption: given }).compressionOption).toBe(name);
    }
  });

  it.each([
    [0, 'callback', 'TF_UPDATE'],
    [1, 'manual', 'PYTHON_UPDATE'],
    [3, 'none', 'NO_UPDATE'],
  ])('takes update_option %s by number and by both names', (number, name, pythonName) => {
    for (const given of [number, name, pythonName]) {
      expect(parseHParams(`update_option=${given}`).updateOption).toBe(name);
      expect(parseHParams({ update_option: given }).updateOption).toBe(name);
    }
  });

  it.each(['acme/tensor-train', '@acme/tt', 'gcompress-x/y.2'])('takes the third-party method %s', (name) => {
    expect(parseHParams(`compression_option=${name}`).compressionOption).toBe(name);
  });

  it.each([
    'compression_option=5',
    'compression_option=11',
    'compression_option=-1',
    'compression_option=svd',
    'compression_option=a/b/c',
  ])('refuses %s instead of falling back to low rank', (text) => {
    expect(() => parseHParams(text)).toThrow(code('invalid-option'));
    expect(() => parseHParams(text)).toThrow(/compression_option: expected one of none \(0\), lowrank \(1\)/);
  });

  it.each([['update_option=2'], ['update_option=TF_AND_PYTHON_UPDATE'], [{ updateOption: 2 }]])(
    'refuses %j with the reason',
    (source) => {
      expect(() => parseHParams(source)).toThrow(/would lower alpha twice/);
    },
  );

  it('refuses a TPU with the reason', () => {
    expect(parseHParams('use_tpu=0').useTpu).toBe(false);
    expect(() => parseHParams('use_tpu=true')).toThrow(
      /use_tpu: expected false, got true. TensorFlow.js does not run on TPUs/,
    );
    expect(() => parseHParams({ useTpu: true })).toThrow(code('invalid-option'));
  });

  it.each([
    'alpha_decrement_value=0',
    'alpha_decrement_value=-0.1',
    'alpha_decrement_value=1.01',
    'begin_compression_step=-1',
    'begin_compression_step=1.5',
    'end_compression_step=-2',
    'compression_frequency=0',
    'rank=0',
    'rank=200.0',
    'block_size=0',
    'pruning_fraction=1.1',
    'pruning_fraction=-0.1',
    'input_block_size=0',
    'input_compression_factor=0',
    'output_block_size=1.5',
    'output_compression_factor=-1',
    'compress_input=2',
    'compress_output=yes',
    'block_compression_factor=0',
    'block_method=dense',
    'compression_factor=0',
    'num_bases=0',
    'begin_pruning_step=-1',
    'end_pruning_step=-2',
    'pruning_frequency=0',
    'initial_sparsity=-0.1',
    'target_sparsity=1.1',
    'sparsity_function_begin_step=-1',
    'sparsity_function_end_step=0.5',
    'sparsity_function_exponent=0',
    'block_height=-2',
    'block_width=0.5',
    'block_pooling_function=SUM',
    'begin_compression_step=20,end_compression_step=19',
  ])('refuses %j, which is out of range', (text) => {
    const key = text.split(',').at(-1)?.split('=')[0];
    expect(() => parseHParams(text)).toThrow(code('invalid-option'));
    expect(() => parseHParams(text)).toThrow(`hparams ${key}: expected`);
  });

  it('reads the block methods of the reference', () => {
    const text =
      'compression_option=9,compress_input=False,compress_output=True,output_block_size=4,output_compression_factor=2,' +
      'block_method=mask';
    const expected = {
      ...defaultHParams,
      compressionOption: 'input-output',
      compressInput: false,
      compressOutput: true,
      outputBlockSize: 4,
      outputCompressionFactor: 2,
      blockMethod: 'mask',
    };
    expect(parseHParams(text)).toEqual(expected);
    expect(parseHParams({ ...expected })).toEqual(expected);
    expect(() => parseHParams({ blockMethod: 0 })).toThrow("hparams blockMethod: expected 'loop' or 'mask', got 0");
  });

  it('allows an end at the beginning, and checks it against the base', () => {
    expect(parseHParams('begin_compression_step=20,end_compression_step=20').endCompressionStep).toBe(20);
    const base = parseHParams('begin_compression_step=20');
    expect(() => parseHParams('end_compression_step=10', base)).toThrow(/at least begin_compression_step = 20, got 10/);
  });

  it.each([['rnk=200'], [{ rnk: 200 }], ['{"rnk": 200}']])('refuses the unknown key in %j', (source) => {
    expect(() => parseHParams(source)).toThrow(code('unknown-option'));
    expect(() => parseHParams(source)).toThrow(/one of name, alpha_decrement_value, .* got 'rnk'/);
  });

  it.each([
    ['rank=1,rank=2'],
    ['block_size=1,blockSize=1'],
    [{ block_size: 1, blockSize: 1 }],
    ['{"rank":1,"rank":2}'],
  ])('refuses the duplicate in %j', (source) => {
    expect(() => parseHParams(source)).toThrow(code('duplicate-option'));
  });
});

describe('formatHParams', () => {
  it('writes the text form of the reference', () => {
    expect(formatHParams(defaultHParams)).toBe(
      'name=model_compression,alpha_decrement_value=0.01,begin_compression_step=0,end_compression_step=-1,' +
        'compression_frequency=10,compression_option=1,rank=100,update_option=0,use_tpu=false,block_size=1,pruning_fraction=0,' +
        'compress_input=true,input_block_size=32,input_compression_factor=1,compress_output=false,output_block_size=1,' +
        'output_compression_factor=1,block_compression_factor=1,block_method=loop,compression_factor=1,num_bases=1,' +
        'begin_pruning_step=0,end_pruning_step=-1,pruning_frequency=10,initial_sparsity=0,target_sparsity=0.5,' +
        'sparsity_function_begin_step=0,sparsity_function_end_step=100,sparsity_function_exponent=3,block_height=1,block_width=1,' +
        'block_pooling_function=AVG',
    );
  });

  it('is read back unchanged by parseHParams, and so is JSON', () => {
    fc.assert(
      fc.property(anyHParams, (hparams) => {
        expect(parseHParams(formatHParams(hparams))).toEqual(hparams);
        expect(parseHParams(JSON.stringify(hparams))).toEqual(hparams);
        expect(parseHParams(hparams)).toEqual(hparams);
      }),
    );
  });

  it('refuses a name that the text form cannot hold', () => {
    const hparams = parseHParams({ name: 'dense, first' });
    expect(() => formatHParams(hparams)).toThrow(code('invalid-option'));
    expect(parseHParams(JSON.stringify(hparams))).toEqual(hparams);
  });
});
