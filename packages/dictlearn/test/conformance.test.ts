// Runs the conformance tests of methods on `dictLearn`.
import { readFileSync } from 'node:fs';
import { testRuns } from '@gcompress/fixtures/test-runs';
import { type CompressorClaims, describeClaims, normalMatrix, testCompressor } from '@gcompress/testkit';
import { describe, expect, it } from 'vitest';
import { dictLearnDecoder } from '../src/format.ts';
import { type DictLearnOptions, dictLearn } from '../src/index.ts';

const common: CompressorClaims = {
  neverWorseThanZero: true,
  exactAtFullSize: {
    create: ([rows]) => dictLearn({ allowLarger: true, atoms: rows, nonzeros: 1 }),
    maxRelativeError: 1e-6,
  },
  scaleEquivariant: true,
};

const subjects: Record<string, { readonly options: DictLearnOptions; readonly claims: CompressorClaims }> = {
  'whole rows, masked': {
    options: { atoms: 6, nonzeros: 3 },
    claims: {
      ...common,
      monotoneInBudget: [0, 1, 2, 4, 8].map((iterations) =>
        dictLearn({ allowLarger: true, atoms: 6, nonzeros: 3, iterations }),
      ),
      minSignalToNoise: { 'rank-one': 130, 'identical-rows': 130, constant: 130 },
    },
  },
  'whole rows, gathered': {
    options: { atoms: 12, nonzeros: 1 },
    claims: {
      ...common,
      monotoneInBudget: [1, 2, 3].map((nonzeros) =>
        dictLearn({ allowLarger: true, atoms: 12, nonzeros, iterations: 0 }),
      ),
    },
  },
  'every atom for every row': { options: { atoms: 4, nonzeros: 4 }, claims: common },
  'pieces of rows, padded': { options: { atoms: 8, nonzeros: 2, signalLength: 5 }, claims: common },
  'pieces of rows, rounded': { options: { atoms: 8, nonzeros: 2, signalLength: 4, valueBits: 6 }, claims: common },
  ratio: {
    options: { ratio: 4 },
    claims: { ...common, minSignalToNoise: { 'normal 24×16': 20 } },
  },
  'bytes, rounded hard': { options: { bytes: 150, valueBits: 3 }, claims: { scaleEquivariant: true } },
  'percent as in the reference': { options: { percent: 200 }, claims: common },
};

for (const [name, { options, claims }] of Object.entries(subjects)) {
  testCompressor({
    runner: { describe, it },
    name,
    method: dictLearn,
    decoder: dictLearnDecoder,
    create: () => dictLearn({ ...options, allowLarger: true }),
    claims,
    fuzzRuns: testRuns(100),
    matrices: { 'normal 40×12': normalMatrix([40, 12], 7) },
  });
}

it('the README states what the conformance tests check', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  for (const line of describeClaims(common)) expect(readme).toContain(line);
});
