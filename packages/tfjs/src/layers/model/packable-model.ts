// What a packed file is made of after training: a stock model with the compressed values, and the compressed matrices beside it.
import { type CompressedMatrix, GCompressError } from '@gcompress/core';
import { io, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Replacement } from '../strip/replacement.ts';
import { type LayerConfig, sameClass } from '../weights/clone-layer.ts';
import { copyLayer, ownedWeights } from '../weights/owned-weights.ts';
import { type CompressedLayer, isCompressedLayer } from '../wrapper/compressed-layer.ts';
import { compressedLayers } from './compressed-layers.ts';
import { assertUsableModel } from './model-checks.ts';
import { rebuildModel } from './rebuild-model.ts';
import { assertFinished } from './strip-compression.ts';

/** A trained model for `pack` of `@gcompress/packed`: `pack(artifacts, { matrices })`. */
export interface PackableModel {
  /** The model with stock layers; its weights have the values of {@link matrices}. */
  readonly artifacts: io.ModelArtifacts;
  /** The compressed matrices by the name of their weight, as training left them. */
  readonly matrices: ReadonlyMap<string, CompressedMatrix>;
}

/**
 * The model for a packed file: its layers as they were before `compressModel`, with the values of the compressed matrices, and these
 * matrices. A file from both holds the very levels that were trained, where compressing the values anew would round them twice. The given
 * model is not changed.
 *
 * @throws GCompressError `invalid-option`, `disposed`; `not-ready` while alpha of a layer is not 0; `unsupported` for a model without
 * compressed layers, or for kernels that were read as another matrix than files hold.
 */
export async function packableModel(model: LayersModel): Promise<PackableModel> {
  assertUsableModel(model, 'packableModel');
  assertFinished('packableModel', model, compressedLayers(model));
  return unfinishedPackable(model);
}

/** {@link packableModel} at any alpha. */
export async function unfinishedPackable(model: LayersModel): Promise<PackableModel> {
  const matrices = new Map<string, CompressedMatrix>();
  const stock = rebuildModel(model, (layer, config) =>
    isCompressedLayer(layer) ? stockLayer(layer, config, matrices) : undefined,
  );
  try {
    let artifacts: io.ModelArtifacts | undefined;
    const handler = io.withSaveHandler(async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(saved) };
    });
    await stock.save(handler);
    return { artifacts: artifacts as unknown as io.ModelArtifacts, matrices };
  } finally {
    stock.dispose();
  }
}

/** The inner layer with the compressed values, whose matrices are added to `matrices`. */
function stockLayer(layer: CompressedLayer, config: LayerConfig, matrices: Map<string, CompressedMatrix>): Replacement {
  const { inner, compressedWeights } = layer;
  const copy = sameClass(inner, layer.innerConfig(config));
  copy.setFastWeightInitDuringBuild(true);
  const initialize = () => {
    copyLayer(inner, copy);
    const [from, to] = [ownedWeights(inner), ownedWeights(copy)];
    for (const { weight, op } of compressedWeights) {
      const target = to[from.indexOf(weight)];
      assertFileView(op, weight.shape as number[]);
      const compressed = op.toCompressedMatrixSync();
      matrices.set(target.originalName, compressed);
      tidy(() => (target.read() as Variable).assign(tensor(compressed.decompress().data, weight.shape as number[])));
    }
  };
  return { layers: [copy], initialize };
}

/** Files read a weight as a matrix whose rows are all axes but the last. */
function assertFileView({ name, form, permuted }: CompressedLayer['ops'][number], shape: readonly number[]): void {
  const [, columns] = form.shape;
  if (!permuted && columns === shape[shape.length - 1]) return;
  throw new GCompressError('unsupported', {
    where: `packableModel '${name}'`,
    expected: `a kernel read as a matrix with ${shape[shape.length - 1]} columns, as packed files hold it`,
    actual: `[${form.shape.join(', ')}]${permuted ? ' of permuted axes' : ''}`,
    hint: "Leave the layer out by a rule, or take split: 'filters'.",
  });
}
