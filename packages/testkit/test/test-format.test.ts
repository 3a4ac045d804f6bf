import {
  type CompressedFormat,
  type Factorization,
  floatFactor,
  type PackedMatrix,
  type PackedTensor,
} from '@gcompress/core';
import type { MatrixDecoder } from '@gcompress/core/decode';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import { describe, expect, it } from 'vitest';
import { chapter, runChapters } from '../src/assertions/check.ts';
import { fuzzChecks } from '../src/checks/damage-checks.ts';
import { gridChecks } from '../src/checks/grid-checks.ts';
import { sharingChecks } from '../src/checks/sharing-checks.ts';
import { storageChecks } from '../src/checks/storage-checks.ts';
import { checkFormat, normalMatrix, testFormat } from '../src/index.ts';
import { type QuantizerFactors, quantizer, quantizerFormat } from './toys/column-quantizer.ts';

const examples: readonly Factorization<QuantizerFactors>[] = [
  quantizer({ steps: 2 }).compress(normalMatrix([5, 3])),
  quantizer({ steps: 8 }).compress(normalMatrix([1, 7])),
];

testFormat({ runner: { describe, it }, format: quantizerFormat, examples });

describe('checkFormat', () => {
  it('names the fault of a decoder', async () => {
    const format: CompressedFormat<QuantizerFactors> = {
      ...quantizerFormat,
      lookup: (ops, ids, { table, codes }) => ops.gather(table, ops.gather(codes, ids)),
    };
    const results = await checkFormat({ format, examples, fuzzRuns: 1 });
    const failed = results.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ name }) => name)).toContain('lookup agrees with decompress');
    expect(failed[0].remark).toContain("on 'example 0 [5, 3]'");
  });

  it.each([
    ['a name that is no factor', { levels: {} }, "'levels', which is not a factor"],
    ['rows that are no factor', { table: { rows: 'indices' } }, "'indices', which is not an int32 factor"],
    ['rows of floats', { table: { rows: 'scale' } }, "'scale', which is not an int32 factor"],
    ['no uses at all', { table: { times: 0 } }, 'are 0, which is not a positive number'],
    ['an endless number of uses', { scale: { times: Infinity } }, 'are Infinity, which is not a positive number'],
    ['a factor that is not trained', { codes: {} }, "'codes', which is not trained"],
  ])('finds sharing of %s', async (_title, told, remark) => {
    expect(await sharingResult(told)).toMatchObject({ outcome: 'failed', remark: expect.stringContaining(remark) });
  });

  it('passes sharing that fits the factors, and does not apply to a format without sharing', async () => {
    expect(await sharingResult({ table: { rows: 'codes', times: 2 } })).toMatchObject({ outcome: 'passed' });
    expect(await sharingResult(undefined)).toMatchObject({ outcome: 'not applicable' });
  });

  it('passes a grid on which the matrix lies, and does not apply to a format without grid', async () => {
    expect(await gridResult({})).toMatchObject({ outcome: 'passed' });
    expect(await gridResult({ grid: () => undefined })).toMatchObject({ outcome: 'not applicable' });
  });

  it.each([
    ['a name that is no factor', { grid: () => ({ factor: 'codes', spacing: () => 1 }) }, 'not a factor'],
    ['too few values', { grid: () => ({ factor: 'step', spacing: () => 1 }) }, 'a value for each entry'],
    ['no distance', { grid: () => ({ factor: 'levels', spacing: () => 0 }) }, 'is 0, which is not a positive number'],
    ['another distance', { grid: () => ({ factor: 'levels', spacing: () => 2 }) }, 'is no multiple of 2'],
    ['a matrix with an offset', { reconstruct: offset }, "twice the factor 'levels'"],
  ] satisfies [string, Partial<CompressedFormat>, string][])('finds a grid of %s', async (_title, fault, remark) => {
    expect(await gridResult(fault)).toMatchObject({ outcome: 'failed', remark: expect.stringContaining(remark) });
  });

  it.each([
    ['cannot restore', { decode: () => undefined }, 'cannot restore what the format packs'],
    ['loses a tensor', { encode: () => ({}) }, 'tensors became'],
    ['changes values', { encode: reversed }, 'changed'],
  ])('finds a codec that %s', async (_title, fault, remark) => {
    const codec = { decode: (packed: PackedMatrix) => packed, encode: stored, ...fault };
    expect(await storageResult('codec', { ...quantizerFormat, codec })).toMatchObject({
      outcome: 'failed',
      remark: expect.stringContaining(remark),
    });
  });

  it('passes a codec that restores what was stored', async () => {
    const codec = { decode: (packed: PackedMatrix) => packed, encode: stored };
    expect(await storageResult('codec', { ...quantizerFormat, codec })).toMatchObject({ outcome: 'passed' });
  });

  it('finds a decoder that does not name all operations it uses, and one that gives another matrix', async () => {
    const decoder = { ...quantizerFormat, operations: [] };
    expect(await storageResult('page', quantizerFormat, decoder)).toMatchObject({ outcome: 'failed' });
    const zeros: MatrixDecoder = {
      ...decoder,
      dense: (_, { shape: [rows, cols] }) => new Float32Array(rows * cols),
    };
    expect(await storageResult('page', quantizerFormat, zeros)).toMatchObject({
      outcome: 'failed',
      remark: expect.stringContaining('decodeMatrices gives another matrix'),
    });
  });

  it('finds a decoder that accepts hostile files which the format refuses', async () => {
    const careless: MatrixDecoder = {
      id: quantizerFormat.id,
      version: quantizerFormat.version,
      decode: ({ shape: [rows, cols] }) => new Float32Array(rows * cols),
    };
    const made = madeWith(quantizerFormat);
    const checks = fuzzChecks({ fuzzRuns: 0 }).filter(({ name }) => name.includes('directed'));
    const subject = { decoder: careless, examples: async () => made };
    const [result] = await runChapters([chapter('damaged files', checks, subject)], undefined);
    expect(result).toMatchObject({ outcome: 'failed', remark: expect.stringContaining('the decoder') });
  });

  it('refuses to run without examples', async () => {
    const check = checkFormat({ format: quantizerFormat, examples: [] });
    await expect(check).rejects.toMatchObject({ code: 'invalid-option' });
  });
});

function stored({ tensors }: PackedMatrix): Readonly<Record<string, PackedTensor>> {
  return tensors;
}

/** The stored tensors, each with its values from last to first. */
function reversed({ tensors }: PackedMatrix): Readonly<Record<string, PackedTensor>> {
  const entries = Object.entries(tensors).map(([name, { shape, data }]) => [
    name,
    { shape, data: data.slice().reverse() },
  ]);
  return Object.fromEntries(entries);
}

/** What became of the check of the stored form whose name has this word in it. */
async function storageResult(word: string, format: CompressedFormat, decoder?: MatrixDecoder) {
  const made = madeWith(format);
  const checks = storageChecks.filter(({ name }) => name.includes(word));
  const [result] = await runChapters([chapter('storage', checks, { decoder, examples: async () => made })], undefined);
  return result;
}

/** What became of the check of sharing for the toy, which then says this of its factors. */
async function sharingResult(told: object | undefined) {
  const format: CompressedFormat = told ? { ...quantizerFormat, sharing: () => told } : quantizerFormat;
  const made = madeWith(format);
  // That check alone: the whole suite damages files for seconds
  const [result] = await runChapters([chapter('algebra', sharingChecks, { examples: async () => made })], undefined);
  return result;
}

/** Multiples of one step. */
const multiples: CompressedFormat = {
  id: 'test/multiples',
  version: 1,
  reconstruct: (ops, { levels, step }) => ops.mul(levels, step),
  grid: () => ({ factor: 'levels', spacing: () => 1 }),
  pack: () => ({}),
  unpack: () => ({}),
};

const offset: CompressedFormat['reconstruct'] = (ops, { levels, step }) => ops.add(levels, step);

/** What became of the check of the grid for multiples with a fault. */
async function gridResult(fault: Partial<CompressedFormat>) {
  const factors = {
    levels: floatFactor([2, 3], Float32Array.of(1, -2, 0, 3, 1, -1), false),
    step: floatFactor([1, 1], Float32Array.of(0.1)),
  };
  const compressed = createCompressedMatrix<string>({ ...multiples, ...fault }, { shape: [2, 3], config: {}, factors });
  const examples = async () => [{ name: 'multiples', compressed }];
  const [result] = await runChapters([chapter('algebra', gridChecks, { examples })], undefined);
  return result;
}

/** The examples as matrices of another format. */
function madeWith(format: CompressedFormat) {
  return examples.map((example, i) => ({
    name: `${i}`,
    compressed: createCompressedMatrix<string>(format, example),
  }));
}
