// Thousands of damaged copies of a compressed file are decoded or refused with a GCompressError.
import { testRuns } from '@gcompress/fixtures/test-runs';
import { normalMatrix, testDamagedFiles } from '@gcompress/testkit';
import { describe, it } from 'vitest';
import { simhash } from '../src/index.ts';

testDamagedFiles({
  runner: { describe, it },
  compressed: simhash({ bits: 5 }).compress(normalMatrix([12, 8], 1)),
  runs: testRuns(1000),
});
