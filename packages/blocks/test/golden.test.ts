import { cpuOps, type Matrix, matrix, relativeError } from '@gcompress/core';
import { golden, type NumpyArray } from '@gcompress/fixtures';
import { describe, expect, it } from 'vitest';
import { blockDiagonalFormat, inputOutputFormat, mixedBlockFormat } from '../src/index.ts';
import { factorOf, fromTensors } from './support.ts';

interface Operators {
  readonly x: NumpyArray;
  readonly inputOutput: Record<'inputBlockSize' | 'inputFactor' | 'outputBlockSize' | 'outputFactor', number> &
    Record<'b' | 'c' | 'd' | 'result', NumpyArray>;
  readonly block: { readonly factor: number; readonly blocks: NumpyArray; readonly result: NumpyArray };
  readonly mixedBlock: { readonly factor: number } & Record<
    'blocks' | 'mixer' | 'interleaved' | 'contiguous',
    NumpyArray
  >;
}

const asMatrix = ({ shape, data }: NumpyArray) => matrix([shape[0], shape[1]], Float32Array.from(data));
const asFactor = ({ shape, data }: NumpyArray) => factorOf(shape, data);

describe('the operators of the reference', () => {
  const { x, inputOutput, block, mixedBlock } = golden<Operators>('operators');
  const input = asMatrix(x);

  /** By both ways: without building the matrix, and with it. */
  const assertEqual = (compressed: { matMul(x: Matrix): Matrix; decompress(): Matrix }, expected: NumpyArray) => {
    expect(relativeError(asMatrix(expected), compressed.matMul(input))).toBeLessThan(1e-6);
    const product = cpuOps.matMul(input, compressed.decompress());
    expect(relativeError(asMatrix(expected), matrix([2, 8], product.data))).toBeLessThan(1e-6);
  };

  it('input/output', () => {
    const { b, c, d, result } = inputOutput;
    const config = {
      input: { block: inputOutput.inputBlockSize, factor: inputOutput.inputFactor },
      output: { block: inputOutput.outputBlockSize, factor: inputOutput.outputFactor },
    };
    const tensors = { b: asFactor(b), c: asFactor(c), d: asFactor(d) };
    assertEqual(fromTensors(inputOutputFormat, [12, 8], config, tensors), result);
  });

  it('block', () => {
    const tensors = { blocks: asFactor(block.blocks) };
    assertEqual(fromTensors(blockDiagonalFormat, [12, 8], { blocks: block.factor }, tensors), block.result);
  });

  it.each(['interleaved', 'contiguous'] as const)('mixed block, %s', (order) => {
    const count = mixedBlock.factor;
    // [m/N, n/N, N] there, [N, m/N, n/N] here
    const blocks = cpuOps.transpose(asFactor(mixedBlock.blocks), [2, 0, 1]);
    const tensors = {
      blocks: factorOf(blocks.shape, blocks.data),
      mixer: factorOf([count, count], mixedBlock.mixer.data),
    };
    const compressed = fromTensors(mixedBlockFormat, [12, 8], { blocks: count, order }, tensors);
    assertEqual(compressed, mixedBlock[order]);
  });
});

describe('worked values', () => {
  const x = matrix([1, 4], [1, 2, 3, 4]);
  const blocks = factorOf([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
  const result = ({ matMul }: { matMul(x: Matrix): Matrix }) => Array.from(matMul(x).data);

  it('input/output', () => {
    const config = { input: { block: 2, factor: 2 }, output: { block: 2, factor: 2 } };
    const tensors = { b: factorOf([2, 1], [1, 2]), c: factorOf([2, 2], [1, 2, 3, 4]), d: factorOf([1, 2], [1, -1]) };
    expect(result(fromTensors(inputOutputFormat, [4, 4], config, tensors))).toEqual([38, -38, 54, -54]);
  });

  it('input alone and output alone', () => {
    const input = { input: { block: 2, factor: 2 }, output: null };
    const tensors = { b: factorOf([2, 1], [1, 2]), c: factorOf([2, 2], [1, 2, 3, 4]) };
    expect(result(fromTensors(inputOutputFormat, [4, 2], input, tensors))).toEqual([38, 54]);
    const output = { input: null, output: { block: 2, factor: 2 } };
    const others = { c: factorOf([4, 1], [1, 1, 1, 1]), d: factorOf([1, 2], [1, -1]) };
    expect(result(fromTensors(inputOutputFormat, [4, 2], output, others))).toEqual([10, -10]);
  });

  it('block', () => {
    expect(result(fromTensors(blockDiagonalFormat, [4, 4], { blocks: 2 }, { blocks }))).toEqual([7, 10, 43, 50]);
  });

  it.each([
    ['interleaved', [390, 454, 39000, 45400]],
    ['contiguous', [437, 510, 43700, 51000]],
  ])('mixed block, %s', (order, expected) => {
    const tensors = { blocks, mixer: factorOf([2, 2], [1, 10, 100, 1000]) };
    expect(result(fromTensors(mixedBlockFormat, [4, 4], { blocks: 2, order }, tensors))).toEqual(expected);
  });
});
