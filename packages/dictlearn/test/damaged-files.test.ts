// Thousands of damaged copies of a compressed file are decoded or refused with a GCompressError.
import { testRuns } from '@gcompress/fixtures/test-runs';
import { normalMatrix, testDamagedFiles } from '@gcompress/testkit';
import { describe, it } from 'vitest';
import { dictLearn } from '../src/index.ts';

testDamagedFiles({
  runner: { describe, it },
  compressed: dictLearn({ atoms: 6, nonzeros: 2, valueBits: 8 }).compress(normalMatrix([12, 8], 1)),
  runs: testRuns(1000),
});
