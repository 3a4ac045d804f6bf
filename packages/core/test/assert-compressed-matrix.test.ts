import { describe, expect, it } from 'vitest';
import { assertCompressedMatrix } from '../src/checks.ts';
import { createCompressedMatrix } from '../src/hosts.ts';
import { defineMethod, type Factor, floatFactor, type MatrixCompressor, matrix } from '../src/index.ts';
import { rankOne, rankOneFormat } from './rank-one.ts';

const a = matrix([3, 2], [1, 2, 3, 4, 5, 6]);
const specs = {
  column: { shape: [3, 1], dtype: 'float32', trainable: true },
  row: { shape: [1, 2], dtype: 'float32', trainable: true },
} as const;
const config = { made: 'for a test' };
const good = rankOne([1, 2, 3], [1, 2]);
const changed = (factors: Record<string, unknown>, more: object = {}) => {
  return { ...good, ...more, factors: { ...good.factors, ...factors } };
};
const otherFormat = { ...rankOneFormat, id: 'acme/other' };

/** What a hand-written compressor may return instead of what it planned. */
const wrong: Record<string, [returned: unknown, code: string]> = {
  nothing: [undefined, 'contract'],
  null: [null, 'contract'],
  'a number': [7, 'contract'],
  'a string': ['matrix', 'contract'],
  'the matrix itself': [a, 'contract'],
  'only factors': [good.factors, 'contract'],
  'no pack()': [{ ...good, pack: undefined }, 'contract'],
  'a promise inside a promise': [{ ...good, format: Promise.resolve(good.format) }, 'contract'],
  'no shape': [{ ...good, shape: undefined }, 'contract'],
  'another shape': [rankOne([1, 2], [1, 2]), 'contract'],
  'a longer shape': [{ ...good, shape: [3, 2, 1] }, 'contract'],
  'the matrix of another method': [createCompressedMatrix(otherFormat, good), 'contract'],
  'another version': [{ ...good, format: { ...rankOneFormat, version: 9 } }, 'contract'],
  'another config': [{ ...good, config: { made: 'elsewhere' } }, 'contract'],
  'no config': [{ ...good, config: undefined }, 'contract'],
  'no factors': [{ ...good, factors: undefined }, 'contract'],
  'factors that are an array': [{ ...good, factors: [] }, 'contract'],
  'a factor that is missing': [changed({ row: undefined }), 'contract'],
  'a factor that is null': [changed({ row: null }), 'contract'],
  'a factor that is a number': [changed({ row: 1 }), 'contract'],
  'a factor too many': [changed({ extra: good.factors.row }), 'contract'],
  'a larger factor': [changed({ row: floatFactor([1, 3], new Float32Array(3)) }), 'contract'],
  'data of another length': [changed({ row: { ...good.factors.row, data: new Float32Array(1) } }), 'contract'],
  'data that is an array': [changed({ row: { ...good.factors.row, data: [1, 2] } }), 'contract'],
  'a shape that is a string': [changed({ row: { ...good.factors.row, shape: '12' } }), 'contract'],
  'NaN in a factor': [changed({ row: floatFactor([1, 2], Float32Array.of(1, Number.NaN)) }), 'non-finite'],
  'an infinity in a factor': [changed({ column: floatFactor([1, 1], Float32Array.of(-1 / 0)) }), 'non-finite'],
};

describe('assertCompressedMatrix', () => {
  const compressor = (returned: unknown): MatrixCompressor => ({
    method: 'acme/by-hand',
    options: {},
    format: rankOneFormat as MatrixCompressor['format'],
    plan: () => ({ shape: [3, 2], factors: specs, config, byteLength: 20 }),
    compress: () => returned as ReturnType<MatrixCompressor['compress']>,
  });
  const check = async (returned: unknown) => {
    const made = compressor(returned);
    assertCompressedMatrix('host', await made.compress(a), made, made.plan([3, 2]));
  };

  it('accepts what was planned, at once or later, and smaller factors', async () => {
    await check(good);
    await check(Promise.resolve(good));
    await check(changed({ column: floatFactor([2, 1], Float32Array.of(1, 2)) }));
  });

  it.each(Object.entries(wrong))('refuses %s', async (_, [returned, code]) => {
    const refused = { code, message: expect.stringMatching(/^host: acme\/by-hand/) };
    await expect(check(returned)).rejects.toMatchObject(refused);
    await expect(check(Promise.resolve(returned))).rejects.toMatchObject(refused);
  });
});

describe('a method of defineMethod', () => {
  const compress = async (returned: unknown) => {
    const method = defineMethod({
      name: 'acme/by-hand',
      format: rankOneFormat,
      create: (_: object) => ({
        options: {},
        plan: () => ({ factors: specs, config }),
        factorize: () => returned as Record<'column' | 'row', Factor>,
      }),
    });
    return method({}).compress(a);
  };

  const ofFactors = Object.entries(wrong).flatMap(([name, [returned, code]]): [string, unknown, string][] => {
    const { factors } = (returned ?? {}) as { factors?: unknown };
    if (name === 'only factors') return [];
    return /factor|data|shape that is a string/.test(name) ? [[name, factors, code]] : [[name, returned, 'contract']];
  });

  it.each(ofFactors)('refuses %s from its algorithm', async (_, returned, code) => {
    await expect(compress(returned)).rejects.toMatchObject({ code, message: expect.stringMatching(/^acme\/by-hand/) });
    await expect(compress(Promise.resolve(returned))).rejects.toMatchObject({ code });
  });
});
