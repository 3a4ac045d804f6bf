// Times for a plan: products that are measured once on the backend, and the whole model.
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { measuredTime, measureTimes, type PrepareProduct } from '@gcompress/planner';
import { folderStore } from '@gcompress/planner/folder';
import type { PlanTimes } from '@gcompress/post-training';
import { dispose, matMul, ones, tensor, tidy, version_core } from '@tensorflow/tfjs-core';
import { seededInputs } from '../inputs/model-inputs.ts';
import type { OpenedModel } from '../models/opened-model.ts';
import { type RunOptions, runnable, runOnce, startRunning } from '../models/run-model.ts';
import { withProgress } from '../output/progress.ts';
import { inputError, messageOf } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';

/** The backend, and where the table is kept. */
export interface PlanTimesOptions extends RunOptions {
  /** A folder; without it, the table is measured each time. */
  readonly cache?: string;
}

/**
 * Measures products of dense matrices on the backend, or reads what was measured before, and the model on one example of constant values.
 *
 * @throws GCompressError `file-read` if the model cannot run on such an example.
 */
export async function planTimes(
  opened: OpenedModel,
  options: PlanTimesOptions,
  surroundings: Surroundings,
): Promise<Required<PlanTimes>> {
  const { backend, cache } = options;
  await startRunning(options, surroundings);
  const original = await withProgress('measuring the model', surroundings, () => timeOfModel(opened));
  const table = await withProgress(`measuring ${backend}`, surroundings, (onProgress) =>
    measureTimes(
      { dense: denseProduct },
      {
        backend: `${backend}, TensorFlow.js ${version_core}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}`,
        onProgress,
        ...(cache !== undefined && { store: folderStore(resolve(surroundings.cwd, cache)) }),
      },
    ),
  );
  return { table, original };
}

const denseProduct: PrepareProduct = ({ rows, inputs, outputs }) => {
  const [x, weights] = [ones([rows, inputs]), ones([inputs, outputs])];
  return {
    // Reading the result waits for it
    run: () => tidy(() => void matMul(x, weights).dataSync()),
    dispose: () => dispose([x, weights]),
  };
};

async function timeOfModel(opened: OpenedModel): Promise<number> {
  const model = await runnable(opened);
  const values = (shape: readonly number[]) => new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5);
  const inputs = seededInputs(model, 1).map(({ shape }) => tensor(values(shape), [...shape]));
  try {
    return await measuredTime(() => runOnce(model, inputs));
  } catch (cause) {
    throw inputError(`'${opened.name}'`, 'a model that answers to constant values', messageOf(cause));
  } finally {
    dispose(inputs);
    model.dispose();
  }
}
