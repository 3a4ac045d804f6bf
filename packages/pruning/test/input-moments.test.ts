// Input moments make the output error of pruning smaller.
import { goldenMatrix } from '@gcompress/fixtures';
import { momentInputs, momentsOf, outputError } from '@gcompress/fixtures/moment-inputs';
import { expect, it } from 'vitest';
import { pruned } from '../src/index.ts';

const names = ['decay-80x64', 'trained-300x100', 'trained-conv-400x32'] as const;
const cases = names.flatMap((name) => [
  { name, sparsity: 0.5, most: 0.85 },
  // Few kept entries compensate less
  { name, sparsity: 0.8, most: 0.98 },
]);

it.each(cases)('input moments make the output error smaller: $name, $sparsity', ({ name, sparsity, most }) => {
  const weights = goldenMatrix(name);
  const inputMoments = momentsOf(momentInputs(600, weights.shape[0]), weights.shape[0]);
  const compressor = pruned({ sparsity });
  const [plain, aware] = [{}, { inputMoments }].map((aids) => compressor.compress(weights, aids));
  const kept = ({ data }: { readonly data: ArrayLike<number> }) => Array.from(data).filter((flag) => flag === 1).length;
  expect(kept(aware.factors.mask)).toBe(kept(plain.factors.mask));
  const [before, after] = [plain, aware].map(({ decompress }) =>
    outputError(inputMoments, weights.data, decompress().data),
  );
  expect(after).toBeLessThan(most * before);
});
