import { readFileSync } from 'node:fs';
import { type Matrix, matrix } from '@gcompress/core';
import { type CompressorClaims, describeClaims, normalMatrix, testCompressor } from '@gcompress/testkit';
import { describe, expect, it } from 'vitest';
import { kronecker } from '../src/index.ts';

const runner = { describe, it };
const claims: CompressorClaims = {
  fixedSize: true,
  neverWorseThanZero: true,
  scaleEquivariant: true,
  minSignalToNoise: { 'a Kronecker product': 120 },
};

testCompressor({
  runner,
  name: 'one term',
  method: kronecker,
  create: () => kronecker({}),
  matrices: { 'a Kronecker product': product(normalMatrix([6, 4], 1), normalMatrix([4, 4], 2)) },
  claims,
});

testCompressor({
  runner,
  name: 'terms and block given',
  method: kronecker,
  create: () => kronecker({ terms: 2, block: [4, 4] }),
  shapes: [
    [24, 16],
    [8, 12],
  ],
  claims: {
    neverWorseThanZero: true,
    monotoneInBudget: [1, 2, 4, 6, 9].map((terms) => kronecker({ terms, block: [4, 4] })),
  },
});

it('the README states the claims', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  for (const line of describeClaims(claims)) expect(readme).toContain(line);
});

/** `A ⊗ B`, entry by entry as it is defined. */
function product(a: Matrix, b: Matrix): Matrix {
  const [down, across] = a.shape;
  const [rows, cols] = b.shape;
  const entry = (i: number, j: number) =>
    a.data[Math.floor(i / rows) * across + Math.floor(j / cols)] * b.data[(i % rows) * cols + (j % cols)];
  const columns = across * cols;
  const values = Float32Array.from({ length: down * rows * columns }, (_, at) =>
    entry(Math.floor(at / columns), at % columns),
  );
  return matrix([down * rows, columns], values);
}
