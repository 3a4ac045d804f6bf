import { lowRank } from '@gcompress/lowrank';
import { gradientCheck, type NamedValues, normalMatrix } from '@gcompress/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { TfCompressionOp } from '../src/index.ts';
import { everyMethod } from './methods.ts';
import { fourSteps, runSteps, useOperators, valuesOf } from './operators.ts';

const operatorOn = useOperators({ compressor: lowRank({ rank: 2 }), schedule: fourSteps });

/** What training differentiates: a weighted sum of the entries of each result. */
const losses: Record<string, (op: TfCompressionOp) => tf.Scalar> = {
  apply: (op) => weighted(op.apply()),
  applyMatMul: (op) => weighted(op.applyMatMul(tf.tensor2d(normalMatrix([5, 8], 2).data, [5, 8]))),
  'applyMatMul, transposed': (op) =>
    weighted(op.applyMatMul(tf.tensor2d(normalMatrix([5, 4], 2).data, [5, 4]), { transpose: true })),
  applyLookup: (op) => weighted(op.applyLookup(tf.tensor2d([7, 0, 3, 7], [2, 2], 'int32'))),
};

function weighted(result: tf.Tensor): tf.Scalar {
  const weights = normalMatrix([1, result.size], 3).data;
  return tf.sum(tf.mul(result, tf.tensor(weights, result.shape)));
}

/** The trainable variables of an operator by their role. */
function trainable({ variables, trainableVariables }: TfCompressionOp): [string, tf.Variable][] {
  const all: [string, tf.Variable][] = [['matrix', variables.matrix], ...Object.entries(variables.factors)];
  return all.filter(([, variable]) => trainableVariables.includes(variable));
}

function assign(op: TfCompressionOp, values: NamedValues): void {
  for (const [name, variable] of trainable(op)) {
    tf.tidy(() => variable.assign(tf.tensor(values[name], variable.shape)));
  }
}

/** How often the matrix uses each value of a factor; gradients are divided by it. */
function uses({ compressor, form, variables }: TfCompressionOp, factor: string): (at: number) => number {
  const { rows, times = 1 } = compressor.format.sharing?.(form)[factor] ?? {};
  if (rows === undefined) return () => times;
  const { size, shape } = variables.factors[factor];
  const numbers = valuesOf(variables.factors[rows]).data;
  return (at) => times * Math.max(1, numbers.filter((row) => row === Math.floor((at * shape[0]) / size)).length);
}

function gradients(op: TfCompressionOp, loss: (op: TfCompressionOp) => tf.Scalar): Record<string, Float32Array> {
  return tf.tidy(() => {
    const { grads } = tf.variableGrads(() => loss(op));
    return Object.fromEntries(trainable(op).map(([name, variable]) => [name, valuesOf(grads[variable.name]).data]));
  });
}

describe.each(everyMethod)('%s', (_, compressor) => {
  describe.each(Object.entries(losses))('%s', (_, loss) => {
    // Between these, matrices on a grid pass gradients through a rounding: straight-through.test.ts
    it.each(compressor.format.grid ? [0, 4] : [0, 2, 4])(
      'has the gradients of finite differences, divided by the uses of a value, after %i updates',
      async (updates) => {
        const op = operatorOn(normalMatrix([8, 4]), { compressor });
        await runSteps(op, updates);
        const values = Object.fromEntries(
          trainable(op).map(([name, { shape, size }], i) => [
            name,
            normalMatrix([1, size], 10 + i + shape.length).data,
          ]),
        );
        await gradientCheck({
          values,
          loss(at) {
            assign(op, at);
            return tf.tidy(() => loss(op).dataSync()[0]);
          },
          gradients(at) {
            assign(op, at);
            const divided = Object.entries(gradients(op, loss)).map(([name, values]) => {
              const times = uses(op, name);
              return [name, values.map((value, i) => value * times(i))] as const;
            });
            return Object.fromEntries(divided);
          },
        });

        // Exactly nothing, so that optimizers with momentum do not move what has no weight
        const { matrix, ...factors } = gradients(op, loss);
        const moves = (gradient: Float32Array) => gradient.some((entry) => entry !== 0);
        expect(moves(matrix)).toBe(updates < 4);
        expect(Object.values(factors).map(moves)).toEqual(Object.values(factors).map(() => updates > 0));
      },
    );
  });
});
