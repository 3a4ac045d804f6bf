// What the fuzzing of a file finds, and says of what it did.
import { type CompressedFormat, createRandom, serialize } from '@gcompress/core';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import { testRuns } from '@gcompress/fixtures/test-runs';
import { describe, expect, it } from 'vitest';
import { mutate } from '../src/damage/mutations.ts';
import { fuzzFile, normalMatrix } from '../src/index.ts';
import { type QuantizerFactors, quantizer, quantizerFormat } from './toys/column-quantizer.ts';

const runs = testRuns(2000);
const compressed = quantizer({ steps: 8 }).compress(normalMatrix([6, 4]));

describe('fuzzFile', () => {
  it('finds nothing in thousands of damaged files of a correct format', async () => {
    const { refused, accepted } = await fuzzFile({ compressed, runs, checksum: 'kept' });
    const total = Object.values(refused).reduce((sum, count) => sum + count, accepted);
    expect(total).toBe(runs);
    expect(Object.keys(refused)).toEqual(expect.arrayContaining(['file-checksum', 'file-header', 'file-truncated']));
  });

  it('finds nothing in thousands of hostile files of a correct format, many of which reach the format', async () => {
    const { refused, accepted } = await fuzzFile({ compressed, runs });
    expect(refused['file-tensor']).toBeGreaterThan(runs / 50);
    expect(refused['invalid-option']).toBeGreaterThan(runs / 500);
    expect(refused['file-dtype']).toBeGreaterThan(runs / 500);
    expect(accepted).toBeGreaterThan(runs / 10);
  });

  it('gives the same result for the same seed', async () => {
    const report = await fuzzFile({ compressed, runs: 200, seed: 3 });
    expect(await fuzzFile({ compressed, runs: 200, seed: 3 })).toEqual(report);
    expect(await fuzzFile({ compressed, runs: 200, seed: 4 })).not.toEqual(report);
  });

  it('names the seed, the failed run and the damage', async () => {
    const format: CompressedFormat<QuantizerFactors> = {
      ...quantizerFormat,
      unpack(packed) {
        try {
          return quantizerFormat.unpack(packed);
        } catch {
          throw new TypeError('x is undefined');
        }
      },
    };
    const broken = createCompressedMatrix(format, compressed);
    await expect(fuzzFile({ compressed: broken, seed: 9 })).rejects.toThrow(
      /^run \d+ with seed 9 \(.+\): TypeError: x is undefined$/,
    );
  });
});

describe('mutate', () => {
  it('does not change the given file', () => {
    const file = serialize({ matrix: compressed });
    const before = file.slice();
    const random = createRandom(1);
    const seen = new Set<string>();
    for (let run = 0; run < 500; run++) seen.add(mutate(file, random).what.replace(/[\d.]+|'.*'/g, '#'));
    expect(file).toEqual(before);
    expect(seen.size).toBeGreaterThan(12);
  });
});
