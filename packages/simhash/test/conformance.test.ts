// Runs the conformance tests of methods on `simhash`.
import { testRuns } from '@gcompress/fixtures/test-runs';
import { type CompressorClaims, testCompressor } from '@gcompress/testkit';
import { describe, it } from 'vitest';
import { simhashDecoder } from '../src/format.ts';
import { type SimhashOptions, simhash } from '../src/index.ts';

const leastSquares: CompressorClaims = { fixedSize: true, neverWorseThanZero: true, scaleEquivariant: true };

const subjects: Record<string, { readonly options: SimhashOptions; readonly claims: CompressorClaims }> = {
  'one bit a weight': {
    options: { bits: 24 },
    claims: { ...leastSquares, minSignalToNoise: { 'normal 24×16': 4.2, 'one-outlier': 4.2, constant: 4.2 } },
  },
  'a ratio': {
    options: { ratio: 6 },
    claims: { ...leastSquares, monotoneInBudget: [24, 12, 6, 4].map((ratio) => simhash({ ratio, allowLarger: true })) },
  },
  'trainable scales': {
    options: { bits: 40, trainableScales: true },
    claims: leastSquares,
  },
  'gaussian planes, refined': {
    options: { bits: 24, planes: 'gaussian' },
    claims: leastSquares,
  },
  'fitted planes': {
    options: { bits: 3, planes: 'fitted' },
    claims: { ...leastSquares, minSignalToNoise: { 'rank-one': 100, zero: Number.POSITIVE_INFINITY } },
  },
  'percent as in the reference': {
    options: { percent: 200, planes: 'gaussian', scales: 'norm', refine: 0, allowLarger: true },
    claims: { fixedSize: true, scaleEquivariant: true },
  },
};

for (const [name, { options, claims }] of Object.entries(subjects)) {
  testCompressor({
    runner: { describe, it },
    name,
    method: simhash,
    decoder: simhashDecoder,
    create: () => simhash(options),
    claims,
    fuzzRuns: testRuns(60),
  });
}
