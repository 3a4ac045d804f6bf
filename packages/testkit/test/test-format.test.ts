import type { CompressedFormat, Factorization } from '@gcompress/core';
import { describe, expect, it } from 'vitest';
import { checkFormat, normalMatrix, testFormat } from '../src/index.ts';
import { type QuantizerFactors, quantizer, quantizerFormat } from './toys/column-quantizer.ts';

const examples: readonly Factorization<QuantizerFactors>[] = [
  quantizer({ steps: 2 }).compress(normalMatrix([5, 3])),
  quantizer({ steps: 8 }).compress(normalMatrix([1, 7])),
];

testFormat({ runner: { describe, it }, format: quantizerFormat, examples });

describe('checkFormat', () => {
  it('finds what is wrong with a decoder, by name', async () => {
    const format: CompressedFormat<QuantizerFactors> = {
      ...quantizerFormat,
      lookup: (ops, ids, { table, codes }) => ops.gather(table, ops.gather(codes, ids)),
    };
    const results = await checkFormat({ format, examples, fuzzRuns: 1 });
    const failed = results.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ name }) => name)).toContain('lookup agrees with decompress');
    expect(failed[0].remark).toContain("on 'example 0 [5, 3]'");
  });

  it('refuses to run without examples', async () => {
    const check = checkFormat({ format: quantizerFormat, examples: [] });
    await expect(check).rejects.toMatchObject({ code: 'invalid-option' });
  });
});
