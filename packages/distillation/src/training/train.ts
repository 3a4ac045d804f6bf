// The training: steps on batches, the error on held-out inputs in between, and the best state so far.
import {
  type CompressedMatrix,
  GCompressError,
  type JsonObject,
  type ProgressOptions,
  reportProgress,
} from '@gcompress/core';
import { setLearningRate } from '@gcompress/tfjs/callbacks';
import {
  add,
  type io,
  train as optimizers,
  type Scalar,
  type Tensor,
  tidy,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { RestValues } from '../student/small-model.ts';
import type { Student } from '../student/student.ts';
import { type HeldOut, relativeError, valuesOf } from '../targets/held-out.ts';
import type { Outputs } from '../targets/outputs.ts';
import { batchOf, stepSamples } from '../targets/samples.ts';
import type { HeldOutError } from './report.ts';
import { notThis, TrainingRecord } from './training-record.ts';

/** Measurements of the error in a training. */
const MEASUREMENTS = 20;

/** What a training needs. */
export interface Training extends ProgressOptions {
  readonly student: Student;
  /** Outputs of the small model and of the teacher, with hidden ones behind. */
  readonly outputs: { readonly student: Outputs; readonly teacher: Outputs };
  /** The loss of each output. */
  readonly losses: readonly ((y: Tensor, t: Tensor) => Scalar)[];
  readonly inputs: readonly Tensor[];
  readonly training: Int32Array;
  readonly heldOut: HeldOut;
  /** Most bytes of all matrices. */
  readonly mostBytes: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly patience: number;
  readonly seed: number;
  readonly turn: () => Promise<void>;
  /** Where the state is saved at each measurement. */
  readonly checkpoint: io.IOHandler | undefined;
  /** A state to go on from. */
  readonly resume: io.IOHandler | undefined;
  /** What must be the same when the training is resumed, besides the options here. */
  readonly settings: JsonObject;
}

/** A state of the small model. */
export interface TrainedState extends HeldOutError {
  readonly matrices: ReadonlyMap<string, CompressedMatrix>;
  readonly rest: RestValues;
}

/** What came out of a training. */
export interface Trained {
  readonly steps: number;
  /** The state with the smallest error among those whose matrices take no more than `mostBytes`; undefined if none is better than the first. */
  readonly best: TrainedState | undefined;
  readonly course: readonly HeldOutError[];
}

/**
 * Trains, and measures the error 20 times. Ends early after some measurements without a better one. A resumed training goes on bit for bit, on
 * the same backend.
 *
 * @throws GCompressError `non-finite` for a loss that is no number; `invalid-option` for a checkpoint of another training; the signal's reason when
 *   aborted.
 */
export async function train(training: Training): Promise<Trained> {
  const { student, steps, learningRate, patience, turn, mostBytes, batchSize, seed, checkpoint, resume } = training;
  const every = Math.max(1, Math.floor(steps / MEASUREMENTS));
  const optimizer = optimizers.adam(learningRate);
  const first = await measured(training, 0);
  const course: HeldOutError[] = [courseOf(first)];
  let best = first;
  let waited = 0;
  let step = 0;
  const samples = training.training.length;
  const settings = { steps, learningRate, patience, mostBytes, batchSize, seed, samples, ...training.settings };
  const record = checkpoint || resume ? new TrainingRecord(student.variables, optimizer, settings) : undefined;
  try {
    if (resume && record) {
      const stored = await record.restore(resume);
      const [start] = stored.course;
      if (start.error !== first.error) throw notThis(`a first error of ${first.error}`, String(start.error));
      course.splice(0, 1, ...stored.course);
      [step, waited] = [stored.step, stored.waited];
      if (stored.best > 0) {
        const read = async () => ({ matrices: await student.matrices(), rest: await student.rest() });
        best = { ...stored.course[stored.best], ...(await record.atBest(read)) };
      }
      // As after the last measurement: it may change how levels are rounded
      await student.matrices();
    }
    while (step < steps && waited < patience) {
      reportProgress(training, step / steps);
      setLearningRate(optimizer, (learningRate / 2) * (1 + Math.cos((Math.PI * step) / steps)));
      await oneStep(training, step, optimizer);
      await turn();
      step++;
      if (step % every !== 0 && step !== steps) continue;
      const now = await measured(training, step);
      course.push(courseOf(now));
      const better = now.matrixBytes <= mostBytes && now.error < best.error;
      waited = better ? 0 : waited + 1;
      if (better) {
        best = now;
        record?.keepBest();
      }
      const at = course.findIndex((one) => one.step === best.step);
      if (checkpoint) await record?.save(checkpoint, { step, waited, course, best: at });
    }
  } finally {
    record?.dispose();
    optimizer.dispose();
  }
  return { steps: step, best: best === first ? undefined : best, course };
}

async function oneStep(training: Training, step: number, optimizer: ReturnType<typeof optimizers.adam>): Promise<void> {
  const { student, outputs, losses, inputs, batchSize, seed } = training;
  const batch = batchOf(inputs, stepSamples(training.training, step, batchSize, seed));
  const targets = outputs.teacher(batch);
  const { value, grads } = variableGrads(
    () =>
      tidy(() => {
        const got = outputs.student(batch);
        return got.map((output, at) => losses[at](output, targets[at])).reduce((sum, loss) => add(sum, loss) as Scalar);
      }),
    [...student.variables] as Variable[],
  );
  try {
    const [loss] = await value.data();
    if (!Number.isFinite(loss)) {
      throw new GCompressError('non-finite', {
        where: `distill step ${step}`,
        expected: 'a finite loss',
        actual: String(loss),
        hint: 'Lower learningRate.',
      });
    }
    optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
  } finally {
    for (const tensor of [value, ...Object.values(grads), ...batch, ...targets]) tensor.dispose();
  }
}

async function measured({ student, outputs, heldOut, turn }: Training, step: number): Promise<TrainedState> {
  // First, because it may change how levels are rounded
  const matrices = await student.matrices();
  const values = await valuesOf(outputs.student, heldOut.inputs, heldOut.samples, turn);
  const matrixBytes = [...matrices.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  return { step, error: relativeError(values, heldOut.targets), matrixBytes, matrices, rest: await student.rest() };
}

function courseOf({ step, error, matrixBytes }: TrainedState): HeldOutError {
  return { step, error, matrixBytes };
}
