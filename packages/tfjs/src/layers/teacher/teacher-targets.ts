// A teacher: targets that mix its predictions into the labels.
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertNumber, describeValue } from '@gcompress/core/checks';
import { add, div, mul, pow, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { LayersModel } from '@tensorflow/tfjs-layers';
import { assertTensor } from '../../argument-checks.ts';
import { assertUsableModel } from '../model/model-checks.ts';

/** How a teacher's predictions are mixed into labels. */
export interface TeacherOptions {
  /** Softens the teacher: its probabilities to the power of 1 over it, scaled to sum 1. At least 1. Default 2. */
  readonly temperature?: number;
  /** The part of the targets that comes from the teacher, from 0 to 1. Default 0.5. */
  readonly mixture?: number;
}

/**
 * Targets `[n, c]` for a training with the cross-entropy: `(1 − mixture)·labels + mixture·softened predictions of the teacher`. With them the
 * stock loss `'categoricalCrossentropy'` is `(1 − mixture)·H(labels, p) + mixture·H(teacher, p)`, as in distillation (Hinton, Vinyals and
 * Dean, arXiv 1503.02531), but that the temperature softens the teacher alone. The teacher runs once for all inputs, so that a step of the
 * training takes no longer. The caller owns the result.
 *
 * @param teacher a model whose output `[n, c]` is probabilities, such as the dense model that is compressed; it is not changed.
 * @throws GCompressError `unknown-option`, `invalid-option`, `disposed`, `not-ready`; `shape-mismatch` for a teacher with other outputs
 *   than the labels.
 */
export function teacherTargets(teacher: LayersModel, xs: Tensor, labels: Tensor, options: TeacherOptions = {}): Tensor {
  const where = 'teacherTargets';
  if (!(teacher instanceof LayersModel)) {
    throw new GCompressError('invalid-option', {
      where: `${where} teacher`,
      expected: 'a layers model',
      actual: describeValue(teacher),
    });
  }
  assertUsableModel(teacher, where);
  assertTensor(where, 'xs', xs);
  assertTensor(where, 'labels', labels);
  const { temperature, mixture } = assertTeacherOptions(where, options);
  return tidy(() => {
    const predicted = teacher.predict(xs, { batchSize: 512 });
    if (Array.isArray(predicted) || labels.rank !== 2 || String(predicted.shape) !== String(labels.shape)) {
      throw new GCompressError('shape-mismatch', {
        where: `${where} teacher`,
        expected: `one output of the shape of the labels, [${labels.shape.join(', ')}] with two sides`,
        actual: Array.isArray(predicted) ? `${predicted.length} outputs` : `[${predicted.shape.join(', ')}]`,
      });
    }
    const powers = pow(predicted, 1 / temperature);
    return add(mul(labels, 1 - mixture), mul(div(powers, sum(powers, 1, true)), mixture));
  });
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws GCompressError `unknown-option` or `invalid-option`.
 */
export function assertTeacherOptions(where: string, options: TeacherOptions): Required<TeacherOptions> {
  assertKnownOptions(where, options, ['temperature', 'mixture']);
  const { temperature = 2, mixture = 0.5 } = options;
  assertNumber(where, 'temperature', temperature, { min: 1, max: 1000 });
  assertNumber(where, 'mixture', mixture, { min: 0, max: 1 });
  return { temperature, mixture };
}
