import { frobeniusNorm, fromRows, matrix } from '@gcompress/core';
import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import { assertClose } from '@gcompress/testkit';
import type { TfCompressionOp } from '@gcompress/tfjs';
import { describe, expect, it } from 'vitest';
import { useOperators, valuesOf, variableOf } from '../../tfjs/test/operators.ts';
import { ApplyCompression, referenceGraph } from '../src/index.ts';

/*
 * The tests of the reference's `compression_op_test`, whose setup says `rank=200`. `linearAlpha` gives the same there as the
 * rule of the reference's graph: a call that comes late makes its update, and none is made twice.
 */
const compressor = lowRank({ percent: 200, allowLarger: true });
const rules = [
  ['referenceGraph', referenceGraph],
  ['linearAlpha', linearAlpha],
] as const;
const operatorOn = useOperators({ compressor, schedule: linearAlpha({}) });

/** ‖A‖, ‖b‖, ‖c‖. */
function norms({ variables: { matrix: a, factors } }: TfCompressionOp): number[] {
  return [a, factors.b, factors.c].map((variable) =>
    frobeniusNorm(matrix([1, variable.size], valuesOf(variable).data)),
  );
}

const magnitudes = (values: ArrayLike<number>) => Array.from(values, Math.abs);

describe.each(rules)('CompressionOp interface, with %s', (_, rule) => {
  const original = fromRows([
    [1, 1, 1],
    [1, 0, 0],
    [1, 0, 0],
  ]);

  it('compresses at step 1001 once, and lowers alpha again at step 2000', async () => {
    const schedule = rule({ begin: 1000, end: 120_000, frequency: 10, decrement: 0.01 });
    const op = operatorOn(original, { schedule });
    await op.runUpdateStep(30);
    expect([op.alpha, op.state.lastUpdateStep]).toEqual([1, -1]);
    assertClose(norms(op), [Math.sqrt(5), 0, 0], { absolute: 1e-5 });

    await op.runUpdateStep(1001);
    expect(op.alpha).toBeCloseTo(0.99, 12);
    expect(op.state.lastUpdateStep).toBe(1001);
    // Worked out by hand: the singular values are 2 and 1; signs are free
    const [long, short] = [2 / Math.sqrt(3), 1 / Math.sqrt(3)];
    const { b, c } = op.variables.factors;
    assertClose(magnitudes(valuesOf(b).data), [long, short, short, short, short, short], { absolute: 1e-5 });
    assertClose(magnitudes(valuesOf(c).data), [long, short, short, short, short, short], { absolute: 1e-5 });
    assertClose(norms(op), [Math.sqrt(5), Math.sqrt(3), Math.sqrt(3)], { absolute: 1e-5 });

    await op.runUpdateStep(1001);
    expect(op.alpha).toBeCloseTo(0.99, 12);
    expect(op.state.lastUpdateStep).toBe(1001);

    await op.runUpdateStep(2000);
    expect(op.alpha).toBeCloseTo(0.98, 12);
    expect(op.state.lastUpdateStep).toBe(2000);
  });
});

describe.each(rules)('ApplyCompression, with %s', (_, rule) => {
  const original = fromRows([4, 5, 6].map((row) => [1, 2, 3].map((column) => row * column)));

  it('compresses two matrices of one compressor and schedule, each with its own count', async () => {
    const schedule = rule({ begin: 1000, end: 120_000, frequency: 100, decrement: 0.01 });
    const apply = new ApplyCompression({ compressor, schedule });
    const variables = ['first', 'second'].map((name) => variableOf(original, name));
    const ops = variables.map((variable) => apply.applyCompression(variable));
    expect(await apply.runUpdateStep(30)).toEqual(['idle', 'idle']);
    for (const op of ops) {
      expect([op.alpha, op.state.lastUpdateStep]).toEqual([1, -1]);
      expect(norms(op).map((norm) => norm > 0)).toEqual([true, false, false]);
    }

    expect(await apply.runUpdateStep(1001)).toEqual(['compressed', 'compressed']);
    expect(await apply.runUpdateStep(1001)).toEqual(['idle', 'idle']);
    const direct = compressor.compress(original).factors;
    for (const { alpha, state, variables } of ops) {
      expect(alpha).toBeCloseTo(0.99, 12);
      expect(state.lastUpdateStep).toBe(1001);
      assertClose(valuesOf(variables.factors.b).data, direct.b.data, { absolute: 1e-5 });
      assertClose(valuesOf(variables.factors.c).data, direct.c.data, { absolute: 1e-5 });
    }

    expect(await apply.runUpdateStep(2001)).toEqual(['decayed', 'decayed']);
    for (const { alpha, state } of ops) {
      expect(alpha).toBeCloseTo(0.98, 12);
      expect(state.lastUpdateStep).toBe(2001);
    }
    apply.dispose();
    for (const variable of variables) variable.dispose();
  });
});
