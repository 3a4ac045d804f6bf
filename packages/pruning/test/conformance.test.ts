// Runs the conformance tests of methods on `pruned` and `prunedKMeans`.
import { type CompressorClaims, normalMatrix, testCompressor } from '@gcompress/testkit';
import { describe, it } from 'vitest';
import { prunedDecoder, prunedKMeansDecoder } from '../src/format.ts';
import { type PrunedKMeansOptions, type PruningOptions, pruned, prunedKMeans } from '../src/index.ts';

const common: CompressorClaims = {
  fixedSize: true,
  neverWorseThanZero: true,
  scaleEquivariant: true,
};
const matrices = { 'normal 40×12': normalMatrix([40, 12], 7) };
const runner = { describe, it };

const subjects: Record<string, { readonly options: PruningOptions; readonly claims: CompressorClaims }> = {
  'single entries': {
    options: { sparsity: 0.5 },
    claims: {
      ...common,
      exactAtFullSize: { create: () => pruned({ sparsity: 0, allowLarger: true }), maxRelativeError: 0 },
      monotoneInBudget: [0.95, 0.9, 0.8, 0.5, 0.1, 0].map((sparsity) => pruned({ sparsity, allowLarger: true })),
      minSignalToNoise: { 'normal 24×16': 11 },
    },
  },
  'bytes of blocks': {
    options: { bytes: 400, structure: { blockHeight: 3, blockWidth: -1, pooling: 'max' } },
    claims: common,
  },
  'two of four': { options: { structure: { m: 2, n: 4 } }, claims: common },
  growing: { options: { sparsity: { target: 0.7, end: 50 } }, claims: common },
};

for (const [name, { options, claims }] of Object.entries(subjects)) {
  testCompressor({
    runner,
    name,
    method: pruned,
    decoder: prunedDecoder,
    create: () => pruned(options),
    claims: { ...claims, usesImportance: true, usesInputMoments: true },
    fuzzRuns: 100,
    matrices,
  });
}

const coded: Record<string, { readonly options: PrunedKMeansOptions; readonly claims: CompressorClaims }> = {
  'codebook, single entries': {
    options: { sparsity: 0.7, levels: 8 },
    claims: {
      ...common,
      exactAtFullSize: {
        create: () => prunedKMeans({ sparsity: 0, levels: 1024, allowLarger: true }),
        maxRelativeError: 0,
      },
      monotoneInBudget: [2, 4, 8, 16, 64].map((levels) => prunedKMeans({ sparsity: 0.5, levels })),
      minSignalToNoise: { 'normal 24×16': 5 },
    },
  },
  'codebook, ratio': { options: { ratio: 4, levels: 4 }, claims: common },
  'codebook, growing': { options: { sparsity: { target: 0.7, end: 50 }, levels: 8 }, claims: common },
  'codebook, two of four': { options: { structure: { m: 2, n: 4 } }, claims: common },
};

for (const [name, { options, claims }] of Object.entries(coded)) {
  const create = () => prunedKMeans(options);
  testCompressor({
    runner,
    name,
    method: prunedKMeans,
    decoder: prunedKMeansDecoder,
    create,
    claims,
    fuzzRuns: 100,
    matrices,
  });
}
