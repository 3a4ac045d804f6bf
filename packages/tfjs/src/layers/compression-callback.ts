import { GCompressError, type UpdateResult } from '@gcompress/core';
import { Callback, type LayersModel } from '@tensorflow/tfjs-layers';
import { type CompressedLayer, compressedLayers } from './compressed-layer.ts';
import { restoreExactly } from './exact-resume.ts';

/** One update of one matrix of a layer. */
export interface CompressionUpdate {
  /** Name of the layer. */
  readonly layer: string;
  /** Name of the matrix: that of the operator, `layer/matrix`. */
  readonly matrix: string;
  /** Step of the training after which the update ran, from 0. */
  readonly step: number;
  readonly result: Exclude<UpdateResult, 'idle'>;
  /** Alpha after the update. */
  readonly alpha: number;
  /** `‖A − Ŵ‖ / ‖A‖` after the last compression. */
  readonly relativeError: number | undefined;
}

/** Options of {@link CompressionCallback}. */
export interface CompressionCallbackOptions {
  /** Called after each update of a matrix, e.g. for a progress display. */
  readonly onUpdate?: (update: CompressionUpdate) => void;
}

/**
 * Drives the compressed layers of a model while `fit` trains it: after each batch, every layer does what its schedule has due.
 * Steps are counted in the layers' own weights, so that a training that was saved and loaded goes on where it was.
 *
 * In a training loop of one's own, call `onTrainBegin()` before, `onBatchEnd()` after every step, and `onTrainEnd()` after it.
 */
export class CompressionCallback extends Callback {
  readonly #layers: readonly CompressedLayer[];

  /** @throws GCompressError `unsupported` when the model has no compressed layer. */
  constructor(
    model: LayersModel,
    private readonly options: CompressionCallbackOptions = {},
  ) {
    super();
    this.#layers = compressedLayers(model);
    if (this.#layers.length > 0) return;
    throw new GCompressError('unsupported', {
      where: 'CompressionCallback',
      expected: 'a model with compressed layers',
      actual: `'${model.name}', which has none`,
      hint: 'Pass the model that compressModel returned.',
    });
  }

  override async onTrainBegin(): Promise<void> {
    // fit hands over a model of its own around the same layers; a loop of one's own hands over none
    const trained = this.model ? compressedLayers(this.model) : this.#layers;
    if (trained.length !== this.#layers.length || trained.some((layer) => !this.#layers.includes(layer))) {
      throw new GCompressError('unsupported', {
        where: 'CompressionCallback',
        expected: 'the model that it was made for',
        actual: `'${this.model.name}'`,
        hint: 'Make a callback for this model with compressionCallback(model).',
      });
    }
    restoreExactly(this.model?.optimizer);
    for (const layer of this.#layers) layer.driven = true;
  }

  override async onBatchEnd(): Promise<void> {
    for (const { layer, op } of this.#layers.flatMap((layer) => layer.ops.map((op) => ({ layer, op })))) {
      const step = op.state.steps;
      const result = await op.runUpdateStep(step);
      if (result === 'idle') continue;
      this.options.onUpdate?.({
        layer: layer.name,
        matrix: op.name,
        step,
        result,
        alpha: op.alpha,
        relativeError: op.relativeErrorAtCompression,
      });
    }
  }

  override async onTrainEnd(): Promise<void> {
    for (const layer of this.#layers) layer.driven = false;
  }
}

/**
 * A callback for a model that has compressed layers, such as one that was loaded in the middle of its training.
 *
 * @throws GCompressError `unsupported` when it has none.
 */
export function compressionCallback(model: LayersModel, options: CompressionCallbackOptions = {}): CompressionCallback {
  return new CompressionCallback(model, options);
}
