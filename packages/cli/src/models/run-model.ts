// Loads a model on a TensorFlow.js backend, for the verbs that need its outputs.
import type { ProbedModel } from '@gcompress/packed/probes';
import { selectBackend } from '@gcompress/tfjs/backends';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import { type DataType, dispose, type io, type Tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { inputError, messageOf } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';
import type { Backend } from './backend-names.ts';
import { isGraph } from './model-kind.ts';
import type { OpenedModel } from './opened-model.ts';
import { registerClasses } from './register-classes.ts';

/** A model that can run. Its inputs have names, shapes (`null` or negative for a side of any length) and types. */
export interface RunnableModel extends ProbedModel {
  readonly inputs: readonly {
    readonly name: string;
    readonly shape?: readonly (number | null)[];
    readonly dtype: DataType;
  }[];
  dispose(): void;
}

/** What models run on, and with which classes. */
export interface RunOptions {
  readonly backend: Backend;
  /** A module that registers classes of layers; see {@link registerClasses}. */
  readonly register?: string;
}

/**
 * Starts a backend, and registers classes of layers.
 *
 * @throws GCompressError `file-read` if the module with the classes cannot be loaded.
 */
export async function startRunning(
  { backend, register }: RunOptions,
  { cwd }: Pick<Surroundings, 'cwd'>,
): Promise<void> {
  if (register !== undefined) await registerClasses(register, cwd);
  await selectBackend({
    only: backend,
    loaders: {
      '@tensorflow/tfjs-backend-wasm': () => import('@tensorflow/tfjs-backend-wasm'),
      '@tensorflow/tfjs-backend-cpu': () => import('@tensorflow/tfjs-backend-cpu'),
    },
  });
}

/**
 * Loads a model that can run.
 *
 * @throws GCompressError `file-read` if TensorFlow.js cannot load it, for example because of unknown layers.
 */
export async function runnable({ name, artifacts }: OpenedModel): Promise<RunnableModel & (LayersModel | GraphModel)> {
  const handler: io.IOHandler = { load: async () => artifacts };
  try {
    const model: LayersModel | GraphModel = isGraph(artifacts)
      ? await loadGraphModel(handler)
      : await loadLayersModel(handler);
    return model as RunnableModel & (LayersModel | GraphModel);
  } catch (cause) {
    const message = messageOf(cause);
    const hint = /^Unknown layer/.test(message) ? 'Register its class with --register MODULE.' : undefined;
    throw inputError(`'${name}'`, 'a model that TensorFlow.js can load', message, hint);
  }
}

/** Runs a model on one batch, and reads its outputs, which waits for them. */
export async function runOnce(model: LayersModel | GraphModel, inputs: Tensor[]): Promise<void> {
  const answer = predicted(model, inputs) ?? (await (model as GraphModel).predictAsync(inputs));
  const outputs = (Array.isArray(answer) ? answer : 'shape' in answer ? [answer] : Object.values(answer)) as Tensor[];
  await Promise.all(outputs.map((output) => output.data()));
  dispose(outputs);
}

/** The outputs; undefined for a graph with control flow. For other graphs `predictAsync` would print that `predict` is enough. */
function predicted(model: LayersModel | GraphModel, inputs: Tensor[]) {
  if ('layers' in model) return model.predict(inputs, { batchSize: inputs[0]?.shape[0] ?? 1 });
  try {
    return model.predict(inputs);
  } catch {
    // predictAsync throws any other error again
    return undefined;
  }
}
