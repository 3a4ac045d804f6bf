// Thousands of damaged files of one matrix.
import { testRuns } from '@gcompress/fixtures/test-runs';
import { normalMatrix, testDamagedFiles } from '@gcompress/testkit';
import { describe, it } from 'vitest';
import { lowRank } from '../src/index.ts';

testDamagedFiles({
  runner: { describe, it },
  compressed: lowRank({ rank: 2 }).compress(normalMatrix([12, 8], 1)),
  runs: testRuns(1000),
});
