import { type CompressedMatrix, floatFactor, type Matrix, type MatrixCompressor } from '@gcompress/core';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { type CompressionSchedule, linearAlpha } from '@gcompress/scheduler';
import { normalMatrix } from '@gcompress/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { TfCompressionOp } from '../src/index.ts';
import { fourSteps, useOperators, valuesOf, variableOf } from './operators.ts';

const original = normalMatrix([8, 6]);
const compressor = lowRank({ rank: 2 });
const operatorOn = useOperators({ compressor, schedule: fourSteps });

/** What a third party may write by hand: the compressor above, but for what it returns. */
const returning = (change: (right: CompressedMatrix, source: Matrix) => unknown): MatrixCompressor =>
  ({
    ...compressor,
    compress: (source: Matrix) => change(compressor.compress(source) as CompressedMatrix, source),
  }) as unknown as MatrixCompressor;

function held({ variables, relativeErrorAtCompression, warnings }: TfCompressionOp): unknown {
  const { matrix: a, factors, alpha, state } = variables;
  return [[a, ...Object.values(factors), alpha, state].map(valuesOf), relativeErrorAtCompression, warnings];
}

/** Plain JavaScript values, less those that are right. */
const plain = (...right: string[]) =>
  Object.entries({
    undefined: undefined,
    null: null,
    '0': 0,
    '-1': -1,
    NaN: Number.NaN,
    text: 'text',
    true: true,
    '{}': {},
    '[]': [],
    'a function': () => {},
    'a promise': Promise.resolve(),
    'a Float32Array': new Float32Array(3),
  }).filter(([name]) => !right.includes(name));

const house = { name: 'GCompressError' };

describe('the result of a compressor is checked before anything changes', () => {
  const withFactor = (right: CompressedMatrix, data: Float32Array) =>
    createCompressedMatrix(right.format, {
      ...right,
      factors: { ...right.factors, b: floatFactor(right.factors.b.shape, data) },
    });
  it.each<[string, (right: CompressedMatrix, source: Matrix) => unknown, string]>([
    ['nothing', () => undefined, 'contract'],
    ['the matrix itself', (_, source) => source, 'contract'],
    ['a matrix of another shape', () => compressor.compress(normalMatrix([6, 8])), 'contract'],
    ['a matrix of another method', (_, source) => kMeans({ levels: 4 }).compress(source), 'contract'],
    ['factors that are larger than planned', (_, source) => lowRank({ rank: 3 }).compress(source), 'contract'],
    ['NaN factors', (right) => withFactor(right, new Float32Array(16).fill(Number.NaN)), 'non-finite'],
    [
      'infinite factors',
      (right) => withFactor(right, new Float32Array(16).fill(Number.POSITIVE_INFINITY)),
      'non-finite',
    ],
    ['a promise of nothing', async () => null, 'contract'],
  ])('%s', async (_, change, code) => {
    const op = operatorOn(original, { compressor: returning(change), name: 'fc1/kernel' });
    const before = held(op);
    await expect(op.runUpdateStep(0)).rejects.toMatchObject({ ...house, code });
    await expect(op.runUpdateStep(0)).rejects.toThrow("'fc1/kernel'");
    expect(held(op)).toEqual(before);
  });

  it.each([Number.NaN, -0.1, 2.4, undefined])('an alpha of %s from a schedule', async (alpha) => {
    const schedule = { ...fourSteps, alpha: (state) => (state.updates === 0 ? 1 : alpha) } as CompressionSchedule;
    const op = operatorOn(original, { schedule });
    const before = held(op);
    await expect(op.runUpdateStep(0)).rejects.toMatchObject({ code: 'contract' });
    expect(held(op)).toEqual(before);
  });

  it('a matrix with NaN is refused by its name', async () => {
    const broken = { ...original, data: original.data.map((entry, i) => (i === 11 ? Number.NaN : entry)) };
    const op = operatorOn(broken, { name: 'fc1/kernel' });
    await expect(op.runUpdateStep(0)).rejects.toThrow(/'fc1\/kernel': expected .*, got NaN at row 1, column 5/);
  });
});

describe('update steps', () => {
  it.each([...plain('0'), ['2 ** 31 - 1', 2 ** 31 - 1] as const, ['2 ** 40', 2 ** 40] as const])(
    'refuse %s as a step',
    async (_, step) => {
      const op = operatorOn(original);
      const before = held(op);
      await expect(op.runUpdateStep(step as never)).rejects.toMatchObject({ ...house, code: 'invalid-option' });
      expect(held(op)).toEqual(before);
    },
  );

  it('accept the last step whose number fits into int32', async () => {
    const op = operatorOn(original, { schedule: linearAlpha({ begin: 0, end: 2 ** 31, frequency: 2 }) });
    await op.runUpdateStep(2 ** 31 - 2);
    expect(Array.from(op.variables.state.dataSync())).toEqual([1, 2 ** 31 - 2, 2 ** 31 - 1]);
  });

  it('run one after the other when they overlap, and each counts', async () => {
    const slow = returning(async (right) => {
      await Promise.resolve();
      return right;
    });
    const op = operatorOn(original, { compressor: slow });
    const results = await Promise.all([0, 1, 2, 3].map((step) => op.runUpdateStep(step)));
    expect(results).toEqual(['compressed', 'decayed', 'decayed', 'decayed']);
    expect(op.state).toEqual({ updates: 4, lastUpdateStep: 3, steps: 4 });
    expect(op.alpha).toBe(0);
  });

  it('continue after an earlier step failed while they waited', async () => {
    let calls = 0;
    const failing = returning(async (right) => {
      if (calls++ === 0) throw new Error('out of luck');
      return right;
    });
    const op = operatorOn(original, { compressor: failing });
    const [first, second] = await Promise.allSettled([op.runUpdateStep(0), op.runUpdateStep(1)]);
    expect([first.status, second]).toEqual(['rejected', { status: 'fulfilled', value: 'compressed' }]);
    expect(op.state.updates).toBe(1);
  });
});

describe('an optimizer that is given A without the factors', () => {
  const trained = async (op: TfCompressionOp, variables: tf.Variable[]) => {
    const optimizer = tf.train.sgd(0.1);
    for (let step = 0; step < 5; step++) {
      const loss = () => tf.mean(tf.square(op.applyMatMul(tf.ones([2, 8])))) as tf.Scalar;
      optimizer.minimize(loss, false, variables);
      await op.runUpdateStep(step);
    }
    optimizer.dispose();
    return op.warnings;
  };

  it('gives a warning', async () => {
    const op = operatorOn(original);
    expect(await trained(op, [op.variables.matrix])).toEqual([expect.stringContaining('trainableVariables')]);
  });

  it('gives no warning if all variables train, or none', async () => {
    const op = operatorOn(original, { name: 'all' });
    expect(await trained(op, op.trainableVariables)).toEqual([]);
    const idle = operatorOn(original, { name: 'idle' });
    for (let step = 0; step < 6; step++) await idle.runUpdateStep(step);
    expect(idle.warnings).toEqual([]);
  });
});

describe('warnings of an operator', () => {
  it('name a form larger than the matrix, before and after the compression', async () => {
    const op = operatorOn(original, {
      compressor: kMeans({ levels: 200, allowLarger: true }),
      name: 'large',
    });
    expect(op.warnings).toEqual([
      expect.stringMatching(/bytes are not fewer than the 192 of the dense matrix \[8, 6\]/),
    ]);
    await op.runUpdateStep(0);
    expect(op.warnings.length).toBeGreaterThan(0);
  });

  it('keep the warnings of the last compression and of the schedule', async () => {
    const warning = returning((right) =>
      Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(right), warnings: { value: ['less energy'] } }),
    );
    const schedule = { ...fourSteps, warnings: ['never ends'] };
    const op = operatorOn(original, { compressor: warning, schedule, name: 'it' });
    expect(op.warnings).toEqual(['never ends']);
    await op.runUpdateStep(0);
    await op.runUpdateStep(1);
    expect(op.warnings).toEqual(['never ends', 'less energy']);
  });
});

describe('plain JavaScript values give a GCompressError', () => {
  const options = { compressor, schedule: fourSteps };
  it.each(plain())('%s', (_, value) => {
    const wrong = value as never;
    const variable = variableOf(original);
    try {
      expect(() => new TfCompressionOp(wrong, options)).toThrow(expect.objectContaining(house));
      for (const key of ['compressor', 'schedule']) {
        expect(() => new TfCompressionOp(variable, { ...options, [key]: value })).toThrow(
          expect.objectContaining(house),
        );
      }
    } finally {
      variable.dispose();
    }
  });

  it.each(plain('undefined', '{}', 'a promise'))('%s as options of an operator, and as tensors', (_, value) => {
    const wrong = value as never;
    const op = operatorOn(original, { name: 'it' });
    const x = tf.ones([2, 8]);
    try {
      for (const call of [
        () => op.apply(wrong),
        () => op.applyMatMul(x, wrong),
        () => op.applyMatMul(wrong),
        () => op.applyMix(wrong),
        () => op.applyMix([wrong]),
        () => op.applyLookup(wrong),
        () => op.applyLookup(x),
        () => op.toCompressedMatrixSync(wrong),
      ]) {
        expect(call).toThrow(expect.objectContaining(house));
      }
    } finally {
      x.dispose();
    }
  });

  it('that names the right call', () => {
    const variable = variableOf(original);
    expect(() => new TfCompressionOp(variable, { ...options, compressor: lowRank as never })).toThrow(
      "TfCompressionOp compressor: expected a compressor, got the method 'lowrank', which was not called. Call it: lowRank({ … }).",
    );
    expect(() => new TfCompressionOp(variable, { ...options, schedule: linearAlpha as never })).toThrow(
      'Call it: linearAlpha({ … }).',
    );
    variable.dispose();
  });

  it('and so do disposed variables', () => {
    const variable = variableOf(original);
    variable.dispose();
    expect(() => new TfCompressionOp(variable, options)).toThrow(expect.objectContaining({ code: 'disposed' }));
  });
});
