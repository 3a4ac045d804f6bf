// Runs the conformance tests of methods on `uniform`.
import { testRuns } from '@gcompress/fixtures/test-runs';
import { type CompressorClaims, normalMatrix, testCompressor } from '@gcompress/testkit';
import { describe, it } from 'vitest';
import { uniformDecoder } from '../src/format.ts';
import { type UniformOptions, uniform } from '../src/index.ts';

const claims: CompressorClaims = {
  fixedSize: true,
  neverWorseThanZero: true,
  usesImportance: true,
  usesInputMoments: true,
};

const subjects: Record<string, { readonly options: UniformOptions; readonly claims: CompressorClaims }> = {
  'four bits': {
    options: { bits: 4 },
    claims: {
      ...claims,
      monotoneInBudget: [2, 3, 4, 6, 8].map((bits) => uniform({ bits, allowLarger: true })),
      minSignalToNoise: { 'normal 24×16': 18 },
    },
  },
  'a step for each column': { options: { bits: 5, steps: 'column' }, claims },
  'a step for each column by importance': { options: { bits: 5, steps: 'importance' }, claims },
  // No price of bits here: when the size is free, importance may trade error for bytes
  'a step that is given': { options: { step: 0.2, rateWeight: 0 }, claims },
  'dependent quantisation': { options: { ratio: 8, trellis: 4 }, claims },
  'a price of a bit': {
    options: { lambda: 0.02 },
    claims: {
      ...claims,
      hasBitPrice: true,
      monotoneInBudget: [1, 0.3, 0.1, 0.03, 0.01].map((lambda) => uniform({ lambda, allowLarger: true })),
    },
  },
  'a price of a bit, a step for each column': {
    options: { lambda: 0.001, steps: 'column', trellis: 4 },
    claims: { ...claims, hasBitPrice: true },
  },
  'eight states, nearest levels': { options: { bytes: 300, trellis: 8, rateWeight: 0 }, claims },
};

for (const [name, { options, claims: own }] of Object.entries(subjects)) {
  testCompressor({
    runner: { describe, it },
    name,
    method: uniform,
    decoder: uniformDecoder,
    create: () => uniform({ ...options, allowLarger: true }),
    claims: own,
    fuzzRuns: testRuns(200),
    matrices: { 'normal 40×12': normalMatrix([40, 12], 7) },
  });
}
