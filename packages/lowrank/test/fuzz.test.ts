import { fuzzFile, normalMatrix } from '@gcompress/testkit';
import { describe, expect, it } from 'vitest';
import { lowRank } from '../src/index.ts';

const compressed = lowRank({ rank: 2 }).compress(normalMatrix([12, 8], 1));
const RUNS = 10_000;

describe('damaged files', () => {
  it.each(['kept', 'corrected'] as const)('are refused or read as they should be, checksum %s', async (checksum) => {
    const { refused, accepted } = await fuzzFile({ compressed, checksum, runs: RUNS, seed: 2026 });
    const refusals = Object.values(refused).reduce((sum, count) => sum + count, 0);
    expect(refusals + accepted).toBe(RUNS);
    // Few mutations leave a file as it was
    expect(refusals).toBeGreaterThan(RUNS / 4);
  });
});
