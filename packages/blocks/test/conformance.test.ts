import { readFileSync } from 'node:fs';
import type { Shape2D } from '@gcompress/core';
import { type CompressorClaims, describeClaims, testCompressor } from '@gcompress/testkit';
import { describe, expect, it } from 'vitest';
import { blockDiagonalDecoder, inputOutputDecoder, mixedBlockDecoder } from '../src/format.ts';
import { blockDiagonal, inputOutput, mixedBlock } from '../src/index.ts';

/** Shapes that 2 and 4 divide. */
const shapes: readonly Shape2D[] = [
  [24, 16],
  [16, 24],
  [12, 8],
];
const runner = { describe, it };
const fitted: CompressorClaims = { fixedSize: true, neverWorseThanZero: true, scaleEquivariant: true };
const random: CompressorClaims = { fixedSize: true };

testCompressor({
  runner,
  name: 'block-diagonal',
  method: blockDiagonal,
  decoder: blockDiagonalDecoder,
  create: () => blockDiagonal({ blocks: 2 }),
  claims: {
    ...fitted,
    exactAtFullSize: { create: () => blockDiagonal({ blocks: 1, allowLarger: true }), maxRelativeError: 0 },
    monotoneInBudget: [4, 2].map((blocks) => blockDiagonal({ blocks })),
    minSignalToNoise: { 'normal 24×16': 2.9 },
  },
  shapes,
  fuzzRuns: 100,
});

testCompressor({
  runner,
  name: 'block-diagonal from a random start',
  method: blockDiagonal,
  decoder: blockDiagonalDecoder,
  create: () => blockDiagonal({ ratio: 3, start: 'random', seed: 5 }),
  claims: random,
  shapes,
  fuzzRuns: 20,
});

for (const order of ['interleaved', 'contiguous'] as const) {
  testCompressor({
    runner,
    name: `mixed-block, ${order}`,
    method: mixedBlock,
    decoder: mixedBlockDecoder,
    create: () => mixedBlock({ blocks: 4, order }),
    claims: {
      ...fitted,
      exactAtFullSize: { create: () => mixedBlock({ blocks: 1, order, allowLarger: true }), maxRelativeError: 1e-6 },
      minSignalToNoise: { constant: 130, 'normal 24×16': 2 },
    },
    shapes,
    fuzzRuns: 100,
  });
}

testCompressor({
  runner,
  name: 'mixed-block from a random start',
  method: mixedBlock,
  decoder: mixedBlockDecoder,
  create: () => mixedBlock({ ratio: 2, start: 'random' }),
  claims: random,
  shapes,
  fuzzRuns: 20,
});

const sides: Record<
  string,
  { readonly options: Parameters<typeof inputOutput>[0]; readonly claims: CompressorClaims }
> = {
  'both sides': {
    options: { input: { block: 4, factor: 2 }, output: { block: 4, factor: 2 } },
    claims: {
      ...fitted,
      exactAtFullSize: {
        create: ([rows, cols]) =>
          inputOutput({
            input: { block: rows, factor: 1 },
            output: { block: cols, factor: 1 },
            allowLarger: true,
          }),
        maxRelativeError: 1e-6,
      },
      minSignalToNoise: { 'rank-one': 130, constant: 130, 'one-outlier': 90 },
    },
  },
  'the input': {
    options: { input: { block: 8, factor: 4 } },
    claims: {
      ...fitted,
      monotoneInBudget: [4, 2].map((factor) => inputOutput({ input: { block: 4, factor } })),
      minSignalToNoise: { 'rank-one': 130 },
    },
  },
  'the output': {
    options: { output: { block: 4, factor: 2 } },
    claims: { ...fitted, minSignalToNoise: { constant: 130 } },
  },
  'a ratio': { options: { ratio: 3 }, claims: { ...fitted, minSignalToNoise: { 'identical-rows': 130 } } },
  'a random start': { options: { bytes: 300, start: 'random' }, claims: random },
};

for (const [name, { options, claims }] of Object.entries(sides)) {
  testCompressor({
    runner,
    name: `input-output, ${name}`,
    method: inputOutput,
    decoder: inputOutputDecoder,
    create: () => inputOutput(options),
    claims,
    shapes: name === 'the input' ? shapes.slice(0, 2) : shapes,
    fuzzRuns: 60,
  });
}

it('the README states the claims', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  for (const line of describeClaims(fitted)) expect(readme).toContain(line);
});
