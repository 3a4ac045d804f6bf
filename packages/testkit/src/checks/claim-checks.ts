// Checks of an author's claims about a compressor, on random matrices.
import {
  GCompressError,
  type Matrix,
  type MatrixCompressor,
  relativeError,
  type Shape2D,
  signalToNoise,
} from '@gcompress/core';
import * as fc from 'fast-check';
import { ensure, onEach, sameJson } from '../assertions/assertions.ts';
import type { Check } from '../assertions/check.ts';
import { anyMatrices, denseMatrices, scaleBy } from '../samples/arbitraries.ts';
import { type CompressorClaims, claimTexts } from '../samples/claims.ts';
import { copyOf, createFor, type Workbench } from '../samples/workbench.ts';
import { importanceIsUsed } from './importance-checks.ts';
import { momentsAreUsed } from './moments-checks.ts';
import { bitPriceIsUsed } from './price-checks.ts';

/** Relative tolerance for claims about errors, because errors are measured on float32 results. */
const ROUNDING = 1e-5;

/** One check for each claim that the subject makes. */
export function claimChecks({ subject, samples }: Workbench): readonly Check<Workbench>[] {
  const { claims } = subject;
  const unknown = Object.keys(claims.minSignalToNoise ?? {}).find((name) => !Object.hasOwn(samples, name));
  if (unknown !== undefined) {
    throw new GCompressError('invalid-option', {
      where: 'claims minSignalToNoise',
      expected: `a matrix among ${Object.keys(samples).join(', ')}`,
      actual: `'${unknown}'`,
      hint: 'Give the matrix under `matrices`.',
    });
  }
  return claimTexts(claims).map(({ name, text }) => ({ name, claim: text, run: runnerOf(name, claims) }));
}

function runnerOf(name: string, claims: CompressorClaims): (bench: Workbench) => Promise<unknown> {
  const decibels = Object.entries(claims.minSignalToNoise ?? {}).find(([on]) => name === `minSignalToNoise '${on}'`);
  if (decibels) return (bench) => signalReaches(bench, ...decibels);
  return RUNNERS[name as keyof typeof RUNNERS];
}

const RUNNERS = {
  fixedSize: async (bench: Workbench) =>
    onEach(await bench.compressions(), ({ compressed, plan }) => {
      for (const [factor, { shape }] of Object.entries(compressed.factors)) {
        const planned = plan.factors[factor]?.shape ?? [];
        ensure(sameJson(shape, planned), `'${factor}' is [${shape.join(', ')}], planned was [${planned.join(', ')}]`);
      }
    }),

  neverWorseThanZero: async (bench: Workbench) => {
    const assertBound = (original: Matrix, approximation: Matrix) => {
      const error = relativeError(original, approximation);
      ensure(error <= 1 + ROUNDING, `the relative error is ${error}`);
    };
    await onEach(await bench.compressions(), ({ matrix, compressed }) => assertBound(matrix, compressed.decompress()));
    await property(bench, anyMatrices(), async (matrix) => {
      const approximation = await approximated(bench.subject.create, matrix);
      if (approximation) assertBound(matrix, approximation);
    });
  },

  exactAtFullSize: async (bench: Workbench) => {
    const full = bench.subject.claims.exactAtFullSize;
    if (!full) return;
    const assertBound = async (matrix: Matrix) => {
      const approximation = await approximated((shape) => full.create(shape), matrix);
      if (!approximation) return;
      const error = relativeError(matrix, approximation);
      ensure(error <= full.maxRelativeError, `the relative error is ${error}`);
    };
    await onEach(samplesOf(bench), ({ matrix }) => assertBound(matrix));
    await property(bench, anyMatrices(), assertBound);
  },

  scaleEquivariant: (bench: Workbench) =>
    property(bench, fc.tuple(anyMatrices(), fc.integer({ min: -40, max: 40 })), async ([matrix, exponent]) => {
      const plain = await approximated(bench.subject.create, matrix);
      const scaled = await approximated(bench.subject.create, scaleBy(matrix, 2 ** exponent));
      if (!plain || !scaled) return;
      const apart = relativeError(scaleBy(plain, 2 ** exponent), scaled);
      ensure(apart <= ROUNDING, `scaled by 2^${exponent}, the result differs by ${apart} from the scaled result`);
    }),

  monotoneInBudget: (bench: Workbench) =>
    property(bench, denseMatrices(fc.constantFrom(...bench.subject.shapes)), async (matrix) => {
      const errors: { readonly options: string; readonly error: number }[] = [];
      for (const compressor of bench.subject.claims.monotoneInBudget ?? []) {
        const approximation = await approximated(() => compressor, matrix);
        if (!approximation) continue;
        const error = relativeError(matrix, approximation);
        const previous = errors.at(-1);
        const options = JSON.stringify(compressor.options);
        ensure(
          !previous || error <= previous.error * (1 + ROUNDING) + ROUNDING,
          () => `the error grows from ${previous?.error} with ${previous?.options} to ${error} with ${options}`,
        );
        errors.push({ options, error });
      }
      ensure(errors.length > 1, 'fewer than two of the compressors accept an ordinary shape');
    }),

  usesImportance: importanceIsUsed,
  usesInputMoments: momentsAreUsed,
  hasBitPrice: bitPriceIsUsed,
};

async function signalReaches(bench: Workbench, name: string, decibels: number): Promise<string> {
  const outcome = await bench.compression(name);
  ensure(!('refused' in outcome), 'the matrix was refused');
  const reached = signalToNoise(outcome.matrix, outcome.compressed.decompress());
  ensure(reached >= decibels, `the signal-to-noise ratio is ${reached} dB`);
  return `${reached.toFixed(2)} dB`;
}

/** The compressed matrix, or undefined if its shape is refused. */
async function approximated(create: (shape: Shape2D) => MatrixCompressor, matrix: Matrix): Promise<Matrix | undefined> {
  const made = createFor(create, matrix.shape);
  return 'refused' in made ? undefined : (await made.compressor.compress(copyOf(matrix))).decompress();
}

function samplesOf({ samples }: Workbench): { readonly name: string; readonly matrix: Matrix }[] {
  return Object.entries(samples).map(([name, matrix]) => ({ name, matrix }));
}

function property<T>(
  { subject }: Workbench,
  values: fc.Arbitrary<T>,
  holds: (value: T) => Promise<void>,
): Promise<void> {
  return fc.assert(fc.asyncProperty(values, holds), { numRuns: subject.propertyRuns, seed: subject.seed });
}
