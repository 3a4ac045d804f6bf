import { normalMatrix, testDamagedFiles } from '@gcompress/testkit';
import { describe, it } from 'vitest';
import { kMeans } from '../src/index.ts';

testDamagedFiles({
  runner: { describe, it },
  compressed: kMeans({ levels: 5, blockSize: 3 }).compress(normalMatrix([12, 8], 1)),
});
