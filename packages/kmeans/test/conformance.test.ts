// Runs the conformance tests of methods on `kMeans`.
import { testRuns } from '@gcompress/fixtures/test-runs';
import { type CompressorClaims, normalMatrix, testCompressor } from '@gcompress/testkit';
import { describe, it } from 'vitest';
import { kMeansDecoder } from '../src/format.ts';
import { type KMeansOptions, kMeans } from '../src/index.ts';

const common: CompressorClaims = {
  fixedSize: true,
  neverWorseThanZero: true,
  scaleEquivariant: true,
  usesImportance: true,
  usesInputMoments: true,
};

const subjects: Record<string, { readonly options: KMeansOptions; readonly claims: CompressorClaims }> = {
  'single entries, levels': {
    options: { levels: 8 },
    claims: {
      ...common,
      exactAtFullSize: { create: () => kMeans({ allowLarger: true, bits: 16 }), maxRelativeError: 0 },
      monotoneInBudget: [1, 2, 3, 4, 6, 8].map((bits) => kMeans({ allowLarger: true, bits })),
      minSignalToNoise: { 'normal 24×16': 14.8, 'one-outlier': 90 },
    },
  },
  'single entries, a codebook for each column': {
    options: { bits: 2, codebooks: 'column' },
    claims: { ...common, minSignalToNoise: { 'normal 24×16': 11 } },
  },
  'blocks, padded': {
    options: { levels: 8, blockSize: 5 },
    claims: {
      ...common,
      exactAtFullSize: { create: () => kMeans({ allowLarger: true, bits: 16, blockSize: 5 }), maxRelativeError: 0 },
    },
  },
  'blocks, groups of rows and columns, pruned': {
    options: { levels: 4, blockSize: 2, codebooks: { rows: 10, columns: 6 }, pruningFraction: 0.3, keepZero: true },
    claims: {
      fixedSize: true,
      neverWorseThanZero: true,
      scaleEquivariant: true,
      usesImportance: true,
      usesInputMoments: true,
    },
  },
  ratio: {
    options: { ratio: 4, blockSize: 4 },
    claims: { ...common, monotoneInBudget: [8, 6, 4, 3, 2].map((ratio) => kMeans({ allowLarger: true, ratio })) },
  },
  'bytes, without a zero': {
    options: { bytes: 260, keepZero: false },
    claims: common,
  },
};

for (const [name, { options, claims }] of Object.entries(subjects)) {
  testCompressor({
    runner: { describe, it },
    name,
    method: kMeans,
    decoder: kMeansDecoder,
    create: () => kMeans({ ...options, allowLarger: true }),
    claims,
    fuzzRuns: testRuns(200),
    matrices: { 'normal 40×12': normalMatrix([40, 12], 7) },
  });
}
