import { readFileSync } from 'node:fs';
import { type CompressorClaims, describeClaims, testCompressor } from '@gcompress/testkit';
import { describe, expect, it } from 'vitest';
import { lowRankDecoder } from '../src/format.ts';
import { type LowRankOptions, lowRank } from '../src/index.ts';

const common: CompressorClaims = {
  neverWorseThanZero: true,
  exactAtFullSize: { create: () => lowRank({ percent: 100, allowLarger: true }), maxRelativeError: 1e-6 },
  scaleEquivariant: true,
  usesInputMoments: true,
};

const subjects: Record<string, { readonly options: LowRankOptions; readonly claims: CompressorClaims }> = {
  rank: {
    options: { rank: 4 },
    claims: {
      ...common,
      fixedSize: true,
      monotoneInBudget: [1, 2, 3, 4, 6, 9].map((rank) => lowRank({ rank })),
      minSignalToNoise: { 'rank-one': 130, 'identical-rows': 130, 'one-outlier': 90 },
    },
  },
  'ratio, exact': {
    options: { ratio: 2, svd: 'exact' },
    claims: {
      ...common,
      fixedSize: true,
      monotoneInBudget: [5, 4, 3, 2].map((ratio) => lowRank({ ratio, svd: 'exact' })),
    },
  },
  energy: {
    options: { energy: 0.8 },
    claims: {
      ...common,
      monotoneInBudget: [0.2, 0.5, 0.8, 0.9].map((energy) => lowRank({ energy })),
      minSignalToNoise: { 'normal 24×16': 6.9 },
    },
  },
  'percent as in the reference': {
    options: { percent: 200, allowLarger: true },
    claims: { ...common, fixedSize: true },
  },
};

for (const [name, { options, claims }] of Object.entries(subjects)) {
  testCompressor({
    runner: { describe, it },
    name,
    method: lowRank,
    decoder: lowRankDecoder,
    create: () => lowRank(options),
    claims,
  });
}

it('the README states what the conformance tests check', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  for (const line of describeClaims({ ...common, fixedSize: true })) expect(readme).toContain(line);
});
