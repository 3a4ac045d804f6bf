// Input moments make the output error smaller within the same bytes.
import { relativeError } from '@gcompress/core';
import { goldenMatrix } from '@gcompress/fixtures';
import { momentInputs, momentsOf, outputError } from '@gcompress/fixtures/moment-inputs';
import { normalMatrix } from '@gcompress/testkit';
import { describe, expect, it } from 'vitest';
import { type UniformOptions, uniform } from '../src/index.ts';

describe('with input moments', () => {
  const names = ['decay-80x64', 'trained-300x100', 'trained-conv-400x32'] as const;
  const options: UniformOptions[] = [
    { bits: 3 },
    { bits: 1.5 },
    { ratio: 9, steps: 'column' },
    { bits: 2, trellis: 8 },
  ];
  const cases = names.flatMap((name) => options.map((given) => ({ name, given, text: JSON.stringify(given) })));

  it.each(cases)('the output error is far smaller in no more bytes: $name, $text', ({ name, given }) => {
    const weights = goldenMatrix(name);
    const inputMoments = momentsOf(momentInputs(600, weights.shape[0]), weights.shape[0]);
    const compressor = uniform(given);
    const plain = compressor.compress(weights);
    const result = compressor.compress(weights, { inputMoments });
    expect(result.byteLength).toBeLessThanOrEqual(compressor.plan(weights.shape).byteLength);
    expect(result.byteLength).toBeGreaterThan(0.95 * plain.byteLength);
    const [before, after] = [plain, result].map(({ decompress }) =>
      outputError(inputMoments, weights.data, decompress().data),
    );
    expect(after).toBeLessThan(0.75 * before);
  });

  it('equal moments of independent inputs change the error little', () => {
    const weights = normalMatrix([60, 40]);
    const values = Float64Array.from({ length: 3600 }, (_, at) => (at % 61 === 0 ? 5 : 0));
    const compressor = uniform({ bits: 3 });
    const [plain, equal] = [{}, { inputMoments: { size: 60, count: 60, values } }].map((aids) =>
      relativeError(weights, compressor.compress(weights, aids).decompress()),
    );
    expect(equal).toBeLessThanOrEqual(plain * 1.0001);
    expect(equal).toBeGreaterThan(0.9 * plain);
  });

  it('moments of few inputs cause a warning', () => {
    const weights = normalMatrix([60, 40]);
    const { notes } = uniform({ bits: 3 }).compress(weights, { inputMoments: momentsOf(momentInputs(20, 60), 60) });
    expect(notes).toEqual([
      'uniform: the input moments were damped, because they come from 20 inputs for 60 rows and 5 of 60 rows have inputs that are always 0.',
    ]);
  });
});
