// Trains a model with a teacher: `fit` and its kin with the teacher's predictions mixed into the labels.
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertType, describeValue } from '@gcompress/core/checks';
import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import type { History, LayersModel, ModelFitArgs, ModelFitDatasetArgs } from '@tensorflow/tfjs-layers';
import { assertUsableModel } from '../model/model-checks.ts';
import { uncompressedCopy } from './self-teacher.ts';
import { assertTeacherOptions, type TeacherOptions, teacherTargets } from './teacher-targets.ts';

/** Options of {@link withTeacher}. */
export interface WithTeacherOptions extends TeacherOptions {
  /**
   * A model whose output is probabilities of the same classes, such as the dense model that is compressed; or `'self'`, a copy of the model
   * itself as it is now, without compression.
   */
  readonly teacher: LayersModel | 'self';
}

/** Batches for `fitDataset`, such as `tf.data` makes them, of one input and one output. */
export type BatchDataset = Parameters<LayersModel['fitDataset']>[0];

/** Trains a model with a teacher. Targets of all functions are one-hot labels, or probabilities, `[n, c]`. */
export interface TaughtModel {
  /** The teacher; it is not changed. */
  readonly teacher: LayersModel;
  /**
   * `fit` of the model. The teacher predicts all inputs once, before the first step. Validation data keep their labels; metrics of the
   * training compare with the mixed targets.
   *
   * @throws GCompressError `shape-mismatch` for labels of another shape than the teacher's output; `unsupported` for `validationSplit`.
   */
  fit(xs: Tensor, labels: Tensor, args?: ModelFitArgs): Promise<History>;
  /**
   * `fitDataset` of the model. The teacher predicts each batch, which adds one pass forward to a step.
   *
   * @throws GCompressError `unsupported` for batches of anything but one tensor of inputs and one of labels.
   */
  fitDataset(dataset: BatchDataset, args: ModelFitDatasetArgs<unknown>): Promise<History>;
  /** `trainOnBatch` of the model. */
  trainOnBatch(xs: Tensor, labels: Tensor): ReturnType<LayersModel['trainOnBatch']>;
  /** Frees a teacher that was made for `'self'`; a given teacher stays the caller's. */
  dispose(): void;
}

/**
 * Lets a teacher help to train a model with a cross-entropy loss: its softened predictions are mixed into the labels as
 * {@link teacherTargets} says. Compile the model with `'categoricalCrossentropy'`, and train it with the functions of the result in the
 * place of its own; callbacks are passed as always.
 *
 * Source: distillation, Hinton, Vinyals and Dean, arXiv 1503.02531.
 *
 * @throws GCompressError `shape-mismatch` for a teacher of another input or output shape; `not-ready` for `'self'` once a layer of the model
 * was compressed; `unsupported` for several inputs or outputs; `unknown-option`, `invalid-option`, `disposed`.
 */
export function withTeacher(model: LayersModel, options: WithTeacherOptions): TaughtModel {
  const where = 'withTeacher';
  assertUsableModel(model, where);
  assertKnownOptions(where, options, ['teacher', 'temperature', 'mixture']);
  const { teacher: given, ...mixing } = options;
  assertTeacherOptions(where, mixing);
  if (given !== 'self') assertTeacher(where, given);
  assertSingle(where, model);
  const teacher = given === 'self' ? uncompressedCopy(model, where) : given;
  assertSameSides(where, model, teacher);
  const mixed = (xs: Tensor, labels: Tensor) => teacherTargets(teacher, xs, labels, mixing);
  return {
    teacher,
    async fit(xs, labels, args = {}) {
      assertType(`${where} fit`, 'args', args, 'object');
      if (args.validationSplit) {
        throw new GCompressError('unsupported', {
          where: `${where} fit validationSplit`,
          expected: 'validationData',
          actual: `a split of ${args.validationSplit}, whose labels the teacher would change`,
          hint: 'Split the data beforehand, and pass validationData.',
        });
      }
      const targets = mixed(xs, labels);
      try {
        return await model.fit(xs, targets, args);
      } finally {
        targets.dispose();
      }
    },
    fitDataset: (dataset, args) => model.fitDataset(taughtDataset(dataset, mixed), args),
    async trainOnBatch(xs, labels) {
      const targets = mixed(xs, labels);
      try {
        return await model.trainOnBatch(xs, targets);
      } finally {
        targets.dispose();
      }
    },
    dispose() {
      if (given === 'self') teacher.dispose();
    },
  };
}

/** The same batches with mixed targets. `fitDataset` disposes what it is given, so each batch gets targets of its own. */
function taughtDataset(dataset: BatchDataset, mixed: (xs: Tensor, labels: Tensor) => Tensor): BatchDataset {
  assertType('withTeacher fitDataset', 'dataset', dataset, 'object');
  assertType('withTeacher fitDataset dataset', 'iterator', dataset.iterator, 'function');
  return {
    size: dataset.size,
    async iterator() {
      const batches = await dataset.iterator();
      return {
        async next() {
          const { value, done } = await batches.next();
          // The last answer may be without a batch
          if (value === null || value === undefined) return { value, done };
          const { xs, ys } = value as { xs: Tensor; ys: Tensor };
          const targets = mixed(single('xs', xs), single('ys', ys));
          dispose(ys);
          return { value: { xs, ys: targets }, done };
        },
      };
    },
  } as unknown as BatchDataset;
}

/** The tensor of a batch, which may be named: `{ name: tensor }`. */
function single(name: string, given: unknown): Tensor {
  if (typeof given !== 'object' || given === null) throw notSingle(name, describeValue(given));
  if ('dataId' in given) return given as Tensor;
  const values: unknown[] = Object.values(given);
  if (values.length !== 1) throw notSingle(name, `${values.length} tensors`);
  return values[0] as Tensor;
}

function notSingle(name: string, actual: string): GCompressError {
  return new GCompressError('unsupported', {
    where: `withTeacher fitDataset ${name}`,
    expected: 'batches { xs, ys } of one tensor each',
    actual,
  });
}

function assertTeacher(where: string, teacher: unknown): asserts teacher is LayersModel {
  if (typeof teacher === 'string' || teacher === undefined) {
    throw new GCompressError('invalid-option', {
      where: `${where} teacher`,
      expected: "a layers model, or 'self'",
      actual: describeValue(teacher),
    });
  }
  assertUsableModel(teacher, `${where} teacher`);
}

function assertSingle(where: string, { inputs, outputs, name }: LayersModel): void {
  if (inputs.length === 1 && outputs.length === 1) return;
  throw new GCompressError('unsupported', {
    where,
    expected: 'a model of one input and one output',
    actual: `${inputs.length} inputs and ${outputs.length} outputs of '${name}'`,
  });
}

/** Before training, because a mistake would otherwise show after the predictions of the teacher. */
function assertSameSides(where: string, model: LayersModel, teacher: LayersModel): void {
  for (const side of ['inputs', 'outputs'] as const) {
    const shapes = (of: LayersModel) => of[side].map(({ shape }) => `[${shape.join(', ')}]`).join(' and ');
    if (shapes(model) === shapes(teacher)) continue;
    throw new GCompressError('shape-mismatch', {
      where: `${where} teacher`,
      expected: `${side} ${shapes(model)}, as the model has`,
      actual: shapes(teacher),
    });
  }
}
