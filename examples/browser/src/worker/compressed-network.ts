// The network that is compressed while it trains.
import type { CompressedMatrix } from '@gcompress/core';
import { type CompressedModel, compressedLayers, compressModel } from '@gcompress/tfjs/layers';
import type { io, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { LAYERS, type LayerName } from '../network/architecture.ts';
import { DENSE_BYTES, REST_BYTES } from '../network/sizes.ts';
import { type StoredNetwork, writeNetwork } from '../network/stored-network.ts';
import { namesBytes, type Settings } from '../settings.ts';
import { compressorFor, learningRateFor, scheduleFor } from './compression.ts';
import { biasOf, compile, disposeNetwork, kernelOf } from './tf-network.ts';

/** A copy of the dense network that becomes compressed while it trains. */
export class CompressedNetwork {
  readonly model: LayersModel;
  readonly #callback: CompressedModel['callback'];
  /** Bytes of the compressed matrices, as they were at some alpha. */
  #compressed = { alpha: 1, bytes: 0 };

  private constructor({ model, callback }: CompressedModel) {
    this.model = model;
    this.#callback = callback;
  }

  static async start(dense: LayersModel, settings: Settings): Promise<CompressedNetwork> {
    const compressed: CompressedModel = compressModel(dense, {
      method: compressorFor(settings),
      schedule: scheduleFor(settings),
      rules: LAYERS.filter((layer) => layer.compressed).map(({ name }) => ({ name })),
      ...(namesBytes(settings) && { targetBytes: settings.bytes, pack }),
    });
    /** The file of this page, whose size is trained to. */
    async function pack(_: io.ModelArtifacts, { matrices }: { matrices: ReadonlyMap<string, CompressedMatrix> }) {
      return { bytes: writeNetwork(storedNetwork(compressed.model, (name) => matrices.get(`${name}/kernel`))) };
    }
    compile(compressed.model, learningRateFor(settings));
    await compressed.callback.onTrainBegin();
    return new CompressedNetwork(compressed);
  }

  /** Trains one step, then runs the update that the schedule asks for, if any. Returns the loss. */
  async trainOnBatch(xs: Tensor, ys: Tensor): Promise<number> {
    const loss = (await this.model.trainOnBatch(xs, ys)) as number;
    await this.#callback.onBatchEnd();
    return loss;
  }

  /** The weight of the dense matrices, 1 to 0. */
  get alpha(): number {
    return compressedLayers(this.model)[0].ops[0].alpha;
  }

  /** Bytes of all weights that the network needs now: while alpha is between 1 and 0, of the matrices and of their compressed form. */
  get bytes(): number {
    const { alpha } = this;
    if (alpha !== this.#compressed.alpha) {
      const ops = compressedLayers(this.model).flatMap((layer) => layer.ops);
      const bytes = ops.reduce((sum, op) => sum + op.toCompressedMatrixSync().byteLength, 0);
      this.#compressed = { alpha, bytes };
    }
    return (alpha === 0 ? REST_BYTES : DENSE_BYTES) + this.#compressed.bytes;
  }

  /** A layer's matrix in compressed form. */
  compressed(name: LayerName): CompressedMatrix | undefined {
    const layer = compressedLayers(this.model).find((candidate) => candidate.name === name);
    return layer?.ops[0].toCompressedMatrixSync();
  }

  /** What a file of it holds; only right at alpha 0. */
  stored(): StoredNetwork {
    return storedNetwork(this.model, (name) => this.compressed(name));
  }

  dispose(): void {
    disposeNetwork(this.model);
  }
}

/** A model as a file has it: the compressed matrices where there are, and what else the model holds. */
function storedNetwork(
  model: LayersModel,
  compressed: (name: LayerName) => CompressedMatrix | undefined,
): StoredNetwork {
  const layers = LAYERS.map(({ name }) => {
    const weights = compressed(name) ?? kernelOf(model, name);
    return [name, { weights, bias: biasOf(model, name) }] as const;
  });
  return Object.fromEntries(layers) as Record<LayerName, StoredNetwork[LayerName]>;
}
