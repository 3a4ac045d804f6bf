import { normalMatrix, testDamagedFiles } from '@gcompress/testkit';
import { describe, it } from 'vitest';
import { lowRank } from '../src/index.ts';

testDamagedFiles({ runner: { describe, it }, compressed: lowRank({ rank: 2 }).compress(normalMatrix([12, 8], 1)) });
