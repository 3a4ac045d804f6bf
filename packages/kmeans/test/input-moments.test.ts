// Input moments make the output error smaller at the same size.
import { goldenMatrix } from '@gcompress/fixtures';
import { momentInputs, momentsOf, outputError } from '@gcompress/fixtures/moment-inputs';
import { normalMatrix } from '@gcompress/testkit';
import { describe, expect, it } from 'vitest';
import { type KMeansOptions, kMeans } from '../src/index.ts';

describe('with input moments', () => {
  const names = ['decay-80x64', 'trained-300x100', 'trained-conv-400x32'] as const;
  const options: KMeansOptions[] = [
    { bits: 3 },
    { bits: 2 },
    { bits: 2, codebooks: 'column' },
    { levels: 40, blockSize: 3 },
  ];
  const cases = names.flatMap((name) => options.map((given) => ({ name, given, text: JSON.stringify(given) })));

  it.each(cases)('the output error is far smaller at the same size: $name, $text', ({ name, given }) => {
    const weights = goldenMatrix(name);
    const inputMoments = momentsOf(momentInputs(600, weights.shape[0]), weights.shape[0]);
    const compressor = kMeans(given);
    const [plain, aware] = [{}, { inputMoments }].map((aids) => compressor.compress(weights, aids));
    expect(aware.byteLength).toBeLessThanOrEqual(compressor.plan(weights.shape).byteLength);
    const [before, after] = [plain, aware].map(({ decompress }) =>
      outputError(inputMoments, weights.data, decompress().data),
    );
    expect(after).toBeLessThan(0.85 * before);
  });

  it('pruned entries stay zero', () => {
    const weights = normalMatrix([60, 40]);
    const compressor = kMeans({ bits: 3, pruningFraction: 0.5 });
    const inputMoments = momentsOf(momentInputs(100, 60), 60);
    const [plain, aware] = [{}, { inputMoments }].map((aids) => compressor.compress(weights, aids).decompress().data);
    expect(plain.filter((entry, at) => entry === 0 && aware[at] !== 0)).toHaveLength(0);
  });
});
