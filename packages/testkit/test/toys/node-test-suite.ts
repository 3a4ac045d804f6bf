import { describe, it } from 'node:test';
import { testCompressor } from '../../src/index.ts';
import { quantizer } from './column-quantizer.ts';

testCompressor({
  runner: { describe, it },
  create: () => quantizer({ steps: 2 }),
  claims: { neverWorseThanZero: true },
  skip: { 'lookup agrees with decompress': 'to see how a skipped check shows' },
  fuzzRuns: 20,
});
