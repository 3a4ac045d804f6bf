import { type CompressedFormat, createRandom, serialize } from '@gcompress/core';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import { describe, expect, it } from 'vitest';
import { mutate } from '../src/damage/mutations.ts';
import { fuzzFile, normalMatrix } from '../src/index.ts';
import { type QuantizerFactors, quantizer, quantizerFormat } from './toys/column-quantizer.ts';

const compressed = quantizer({ steps: 8 }).compress(normalMatrix([6, 4]));

describe('fuzzFile', () => {
  it('finds nothing in 10 000 damaged files of a correct format', async () => {
    const { refused, accepted } = await fuzzFile({ compressed, runs: 10_000, checksum: 'kept' });
    const total = Object.values(refused).reduce((sum, count) => sum + count, accepted);
    expect(total).toBe(10_000);
    expect(Object.keys(refused)).toEqual(expect.arrayContaining(['file-checksum', 'file-header', 'file-truncated']));
  });

  it('finds nothing in 10 000 hostile files of a correct format, of which many reach the format', async () => {
    const { refused, accepted } = await fuzzFile({ compressed, runs: 10_000 });
    expect(refused['file-tensor']).toBeGreaterThan(200);
    expect(refused['invalid-option']).toBeGreaterThan(20);
    expect(refused['file-dtype']).toBeGreaterThan(20);
    expect(accepted).toBeGreaterThan(1000);
  });

  it('repeats itself for a seed', async () => {
    const report = await fuzzFile({ compressed, runs: 200, seed: 3 });
    expect(await fuzzFile({ compressed, runs: 200, seed: 3 })).toEqual(report);
    expect(await fuzzFile({ compressed, runs: 200, seed: 4 })).not.toEqual(report);
  });

  it('says which run of which seed failed, and what was done to the file', async () => {
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
  it('leaves the file that it is given as it is', () => {
    const file = serialize({ matrix: compressed });
    const before = file.slice();
    const random = createRandom(1);
    const seen = new Set<string>();
    for (let run = 0; run < 500; run++) seen.add(mutate(file, random).what.replace(/[\d.]+|'.*'/g, '#'));
    expect(file).toEqual(before);
    expect(seen.size).toBeGreaterThan(12);
  });
});
