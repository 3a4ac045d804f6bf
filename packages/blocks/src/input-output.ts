// The method `inputOutput`: shortens the input, the output or both.
import {
  createRandom,
  defineMethod,
  type Factor,
  type FactorSpec,
  type JsonObject,
  reportProgress,
  type Shape2D,
} from '@gcompress/core';
import { assertKnownOptions } from '@gcompress/core/checks';
import { COMMON_OPTIONS, type CommonOptions, completeCommon } from './common-options.ts';
import { fitInputOutput } from './fit/fit-input-output.ts';
import { uniformFactor } from './fit/uniform-factor.ts';
import { factorShapes, inputOutputFormat, type Sides } from './formats/input-output-format.ts';
import { completeSides, SIDES_OPTIONS, type SidesChoice, sidesForShape } from './sides-choice.ts';

/** Options of {@link inputOutput}: the sides to shorten, and how much. */
export type InputOutputOptions = SidesChoice & CommonOptions;

const WHERE = 'inputOutput';

/**
 * Input/output compression: a small matrix `b` shortens every block of inputs, a smaller matrix `c` maps shortened inputs to shortened
 * outputs, and a small matrix `d` expands them to blocks of outputs. Either side may be left out. The factors are fitted to the matrix; with
 * both sides, alternately.
 *
 * @throws GCompressError when called with options that are unknown, out of range, or more than one size.
 *
 * Porting note: `compression_op.InputOutputCompressionOp`, which ignores the matrix and draws its factors at random, as with
 * `start: 'random'`. Hyperparameters of the reference give fitted factors here, because they are blended with the matrix. A side that is
 * switched off is not shortened, for any factor.
 */
export const inputOutput = /* @__PURE__ */ defineMethod<InputOutputOptions, string>({
  name: 'input-output',
  format: inputOutputFormat,
  optionsForBudget: ({ ratio, bytes }) => (ratio === undefined ? { bytes } : { ratio }),

  create(given) {
    assertKnownOptions(WHERE, given, [...SIDES_OPTIONS, ...COMMON_OPTIONS]);
    const choice = completeSides(given);
    const common = completeCommon(WHERE, given);
    const sidesFor = (shape: Shape2D) => sidesForShape(shape, choice, common.allowLarger);
    return {
      options: { ...choice, ...common } as unknown as JsonObject,
      plan(shape) {
        const sides = sidesFor(shape);
        const specs = Object.entries(factorShapes(shape, sides)).map(([name, factorShape]): [string, FactorSpec] => [
          name,
          { shape: factorShape, dtype: 'float32', trainable: true },
        ]);
        return { factors: Object.fromEntries(specs), config: { ...sides } as unknown as JsonObject };
      },
      factorize(matrix, options) {
        const sides = sidesFor(matrix.shape);
        reportProgress(options, 0);
        const factors =
          common.start === 'fit'
            ? fitInputOutput(matrix, sides, options)
            : randomFactors(matrix.shape, sides, common.seed);
        reportProgress(options, 1);
        return factors;
      },
    };
  },
});

/** Random factors as in the reference: scaled by the mean of the sides (Glorot); for `c` divided by the factor of the input. */
function randomFactors(shape: Shape2D, sides: Sides, seed: number): Record<string, Factor> {
  const random = createRandom(seed);
  const factors = Object.entries(factorShapes(shape, sides)).map(([name, factorShape]): [string, Factor] => {
    const fan = (factorShape[0] + factorShape[1]) / 2;
    return [name, uniformFactor(random, factorShape, name === 'c' ? fan / (sides.input?.factor ?? 1) : fan)];
  });
  return Object.fromEntries(factors);
}
