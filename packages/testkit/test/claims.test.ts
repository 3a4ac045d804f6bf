import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type CompressorClaims, describeClaims } from '../src/index.ts';
import { quantizer } from './toys/column-quantizer.ts';

it('describeClaims gives a line of Markdown for each claim, in a fixed order', () => {
  const lines = describeClaims({
    minSignalToNoise: { 'rank-one': 24, 'my-matrix': 4.8 },
    monotoneInBudget: [1, 2].map((steps) => quantizer({ steps })),
    exactAtFullSize: { create: () => quantizer({ steps: 127 }), maxRelativeError: 0.02 },
    scaleEquivariant: true,
    usesImportance: true,
    usesInputMoments: true,
    hasBitPrice: true,
    neverWorseThanZero: true,
    fixedSize: true,
  });
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "- \`fixedSize\`: every factor has exactly the planned shape
    - \`neverWorseThanZero\`: the relative error is at most 1
    - \`exactAtFullSize\`: at full size, the relative error is at most 0.02
    - \`scaleEquivariant\`: a matrix times a power of two gives the result times that power
    - \`monotoneInBudget\`: the error never grows from one to the next of \`{"steps":1}\` → \`{"steps":2}\`
    - \`minSignalToNoise 'rank-one'\`: a signal-to-noise ratio of at least 24 dB
    - \`minSignalToNoise 'my-matrix'\`: a signal-to-noise ratio of at least 4.8 dB
    - \`usesImportance\`: equal weights change nothing, other weights make the weighted error smaller
    - \`usesInputMoments\`: moments of independent, equal inputs change next to nothing, others make the error of the outputs smaller
    - \`hasBitPrice\`: a dearer bit gives no more bytes"
  `);
});

it('describeClaims leaves out claims that are not made', () => {
  expect(describeClaims({})).toEqual([]);
  expect(describeClaims({ fixedSize: false, neverWorseThanZero: false, minSignalToNoise: {} })).toEqual([]);
});

it('the README has a row for each claim', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const claims: Record<keyof CompressorClaims, true> = {
    fixedSize: true,
    neverWorseThanZero: true,
    exactAtFullSize: true,
    scaleEquivariant: true,
    monotoneInBudget: true,
    minSignalToNoise: true,
    usesImportance: true,
    usesInputMoments: true,
    hasBitPrice: true,
  };
  expect(Object.keys(claims).filter((name) => !readme.includes(`| \`${name}`))).toEqual([]);
});
