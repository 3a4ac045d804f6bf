// Models that run: loaded on a backend of TensorFlow.js, only by the verbs that need answers.
import type { ProbedModel } from '@gcompress/packed/probes';
import { selectBackend } from '@gcompress/tfjs/backends';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import type { DataType, io } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { inputError, messageOf } from '../process/refusals.ts';
import type { Backend } from './backend-names.ts';
import { isGraph } from './model-kind.ts';
import type { OpenedModel } from './opened-model.ts';

/** A model that answers. Its inputs have names, shapes (`null` or negative where a side is free) and types. */
export interface RunnableModel extends ProbedModel {
  readonly inputs: readonly {
    readonly name: string;
    readonly shape?: readonly (number | null)[];
    readonly dtype: DataType;
  }[];
  dispose(): void;
}

/** Starts a backend; default wasm. */
export async function startBackend(only: Backend = 'wasm'): Promise<void> {
  await selectBackend({
    only,
    loaders: {
      '@tensorflow/tfjs-backend-wasm': () => import('@tensorflow/tfjs-backend-wasm'),
      '@tensorflow/tfjs-backend-cpu': () => import('@tensorflow/tfjs-backend-cpu'),
    },
  });
}

/**
 * Loads a model to be asked.
 *
 * @throws GCompressError `file-read` where TensorFlow.js cannot load it, such as for layers that it does not know.
 */
export async function runnable({ name, artifacts }: OpenedModel): Promise<RunnableModel & (LayersModel | GraphModel)> {
  const handler: io.IOHandler = { load: async () => artifacts };
  try {
    const model: LayersModel | GraphModel = isGraph(artifacts)
      ? await loadGraphModel(handler)
      : await loadLayersModel(handler);
    return model as RunnableModel & (LayersModel | GraphModel);
  } catch (cause) {
    throw inputError(`'${name}'`, 'a model that TensorFlow.js can load', messageOf(cause));
  }
}
