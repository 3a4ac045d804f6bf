import { createRandom, type MatrixCompressor, matrix, relativeError } from '@gcompress/core';
import { dictLearn } from '@gcompress/dictlearn';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { simhash } from '@gcompress/simhash';
import { mul, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { compressionSummaries } from '../../src/summaries/index.ts';
import { fourSteps, runSteps, useOperators, valuesOf } from '../operators.ts';

const random = createRandom(5);
const weights = matrix(
  [20, 12],
  Float32Array.from({ length: 240 }, () => random.normal()),
);

/** Method → suffix of each norm, and the factor that it is of. */
const methods: Record<string, { compressor: MatrixCompressor; norms: Record<string, string> }> = {
  'low rank': { compressor: lowRank({ rank: 3 }), norms: { b_matrix_norm: 'b', c_matrix_norm: 'c' } },
  'k-means': { compressor: kMeans({ levels: 4 }), norms: { b_matrix_norm: 'codebook' } },
  simhash: {
    compressor: simhash({ bits: 16 }),
    norms: { projection_norm: 'projection', signs_norm: 'signs', scales_norm: 'scales' },
  },
  'dictionary learning': {
    compressor: dictLearn({ atoms: 8, nonzeros: 2 }),
    norms: { b_matrix_values_norm: 'codes', support_norm: 'support', c_matrix_norm: 'atoms' },
  },
};

describe('compressionSummaries', () => {
  const create = useOperators({ compressor: lowRank({ rank: 3 }), schedule: fourSteps });

  for (const [name, { compressor, norms }] of Object.entries(methods)) {
    it(`has alpha, norms, ratio and error of ${name} under the names of the reference`, async () => {
      const op = create(weights, { compressor, name: 'fc1' });
      await runSteps(op, 2);
      const summaries = await compressionSummaries(op);
      const values = Object.fromEntries(
        summaries.map(({ tag, value }) => [tag.replace('model_compression_summaries/fc1/', ''), value]),
      );
      const compressed = await op.toCompressedMatrix();
      const normOf = (data: Float32Array) => expect.closeTo(Math.hypot(...data), 4);
      expect(values).toEqual({
        alpha: 0.5,
        last_alpha_update_step: 1,
        a_matrix_norm: normOf(weights.data),
        ...Object.fromEntries(
          Object.entries(norms).map(([suffix, factor]) => [
            suffix,
            normOf(valuesOf(op.variables.factors[factor]).data),
          ]),
        ),
        compression_ratio: compressed.compressionRatio,
        relative_error: expect.closeTo(relativeError(weights, compressed.decompress()), 4),
      });
      expect(summaries.every(({ step }) => step === 1)).toBe(true);
    });
  }

  it('says before the first compression what is known, and takes the name of the hyperparameters', async () => {
    const op = create(weights, { name: 'fc1' });
    const summaries = await compressionSummaries(op, { name: 'mine' });
    const values = Object.fromEntries(summaries.map(({ tag, value }) => [tag, value]));
    expect(values['mine_summaries/fc1/alpha']).toBe(1);
    expect(values['mine_summaries/fc1/last_alpha_update_step']).toBe(-1);
    expect(values['mine_summaries/fc1/b_matrix_norm']).toBe(0);
    expect(Object.keys(values)).not.toContain('mine_summaries/fc1/relative_error');
  });

  it('says how far the factors are from the matrix now, not when they were made', async () => {
    const op = create(weights, { name: 'fc1' });
    await runSteps(op, 1);
    tidy(() => op.variables.matrix.assign(mul(op.variables.matrix, 2)));
    const [error] = (await compressionSummaries(op)).filter(({ tag }) => tag.endsWith('/relative_error'));
    const doubled = matrix(
      weights.shape,
      weights.data.map((entry) => 2 * entry),
    );
    expect(error.value).toBeCloseTo(relativeError(doubled, (await op.toCompressedMatrix()).decompress()), 4);
    expect(error.value).toBeGreaterThan(op.relativeErrorAtCompression ?? 1);
  });
});
