// Reads the artifacts of a trained model: a layers model, a graph model, or artifacts.
import { GCompressError } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';
import type { io } from '@tensorflow/tfjs-core';

/** The member of a model in memory that is used here; `tf.LayersModel` and `tf.GraphModel` have it. */
export interface SavableModel {
  save(handler: io.IOHandler): Promise<io.SaveResult>;
}

/** A layers model, a graph model, or the artifacts that the `load()` of an IOHandler returns. */
export type TrainedModel = SavableModel | io.ModelArtifacts;

const HINT = 'Pass a tf.LayersModel, a tf.GraphModel, or what the load() of an IOHandler gives.';

/**
 * The artifacts of a model. The model is not changed, and nothing is written.
 *
 * @throws GCompressError `invalid-option` for anything but a model, `unsupported` when it cannot be saved.
 */
export async function modelArtifacts(where: string, model: TrainedModel): Promise<io.ModelArtifacts> {
  assertType(where, 'model', model, 'object', HINT);
  if (!('save' in model)) {
    assertType(`${where} model`, 'modelTopology', model.modelTopology, 'object', HINT);
    return model;
  }
  assertType(`${where} model`, 'save', model.save, 'function', HINT);
  let saved: io.ModelArtifacts | undefined;
  try {
    await model.save({
      save: async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      },
    });
  } catch (cause) {
    throw notSaved(where, cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (!saved) throw notSaved(where, 'one whose save() hands nothing over');
  return saved;
}

function notSaved(where: string, actual: string, cause?: unknown): GCompressError {
  return new GCompressError('unsupported', {
    where: `${where} model`,
    expected: 'a model that can be saved',
    actual,
    hint: HINT,
    ...(cause !== undefined && { cause }),
  });
}
