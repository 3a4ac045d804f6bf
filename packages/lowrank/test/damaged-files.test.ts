// Thousands of damaged files of one matrix of each method.
import { testRuns } from '@gcompress/fixtures/test-runs';
import { normalMatrix, testDamagedFiles } from '@gcompress/testkit';
import { describe, it } from 'vitest';
import { lowRank, lowRankSparse } from '../src/index.ts';

for (const method of [lowRank({ rank: 2 }), lowRankSparse({ rank: 2, density: 0.1, seed: 3 })]) {
  testDamagedFiles({
    runner: { describe, it },
    compressed: method.compress(normalMatrix([12, 8], 1)),
    runs: testRuns(1000),
  });
}
