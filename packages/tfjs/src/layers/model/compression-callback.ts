// The callback that runs the update steps of compressed layers while a model trains.
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertType } from '@gcompress/core/checks';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { UpdateResult } from '../../training/op-options.ts';
import type { CompressedLayer } from '../wrapper/compressed-layer.ts';
import { CheckedCallback, type FitParams, fitOf } from './checked-callback.ts';
import { compressedLayers } from './compressed-layers.ts';
import { assertModel, assertUsableModel } from './model-checks.ts';
import { resumeAdam } from './resume-adam.ts';

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
  /** Called when a `fit` begins, once for each of its {@link CompressionCallback.warnings}. */
  readonly onWarning?: (warning: string) => void;
}

/**
 * Drives the compressed layers of a model while `fit` trains it: after each batch, every layer does what its schedule has due.
 * Steps are counted in the layers' own weights, so that a training that was saved and loaded goes on where it was.
 *
 * In a training loop of one's own, call `onTrainBegin()` before, `onBatchEnd()` after every step, and `onTrainEnd()` after it.
 */
export class CompressionCallback extends CheckedCallback {
  protected readonly where = 'compressionCallback';
  readonly #layers: readonly CompressedLayer[];
  readonly #made: LayersModel;
  readonly #options: CompressionCallbackOptions;
  #warnings: readonly string[] = [];

  /** @throws GCompressError `unsupported` when the model has no compressed layer, `disposed`, `not-ready`, `invalid-option`. */
  constructor(model: LayersModel, options: CompressionCallbackOptions = {}) {
    super();
    const { where } = this;
    assertModel(model, where);
    assertType(where, 'options', options, 'object');
    const { onUpdate, onWarning } = options;
    if (onUpdate !== undefined) assertType(where, 'onUpdate', onUpdate, 'function');
    if (onWarning !== undefined) assertType(where, 'onWarning', onWarning, 'function');
    assertUsableModel(model, where);
    this.#options = { ...(onUpdate && { onUpdate }), ...(onWarning && { onWarning }) };
    this.#made = model;
    this.#layers = compressedLayers(model);
    if (this.#layers.length > 0) return;
    throw new GCompressError('unsupported', {
      where: 'CompressionCallback',
      expected: 'a model with compressed layers',
      actual: `'${model.name}', which has none`,
      hint: 'Pass the model that compressModel returned.',
    });
  }

  /** What the user should know about the running or last `fit`: matrices that stay uncompressed, because it is too short. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  override async onTrainBegin(): Promise<void> {
    this.assertPassedOnce();
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
    const model = this.model ?? this.#made;
    const { fitting, history } = fitOf(model);
    if (fitting) this.#assertAlone();
    resumeAdam(this.model?.optimizer);
    // A fit that is rejected tells nobody: the next one has another history, and between two none is fitting
    const hasUpdater = () => {
      const now = fitOf(model);
      return now.fitting === fitting && now.history === history;
    };
    for (const layer of this.#layers) layer.hasUpdater = hasUpdater;
    this.#warnings = this.#warningsOf(this.fitParams);
    for (const warning of this.#warnings) this.#options.onWarning?.(warning);
  }

  override async onBatchEnd(): Promise<void> {
    for (const { layer, op } of this.#layers.flatMap((layer) => layer.ops.map((op) => ({ layer, op })))) {
      const step = op.state.steps;
      const result = await op.runUpdateStep(step);
      if (result === 'idle') continue;
      this.#options.onUpdate?.({
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
    for (const layer of this.#layers) layer.hasUpdater = false;
  }

  /** Two callbacks would count each step twice; one that a fit was rejected with is no longer there. */
  #assertAlone(): void {
    const taken = this.#layers.find(({ hasUpdater }) => typeof hasUpdater === 'function' && hasUpdater());
    if (!taken) return;
    throw new GCompressError('invalid-option', {
      where: `${this.where} callbacks`,
      expected: 'one compression callback',
      actual: `two that count the steps of layer '${taken.name}'`,
      hint: 'Pass the callback that compressModel returned, or one of compressionCallback(model), not both.',
    });
  }

  #warningsOf(params: FitParams | undefined): string[] {
    const steps = params && stepsOf(params);
    if (steps === undefined) return [];
    return this.#layers
      .flatMap(({ ops }) => ops)
      .flatMap(({ name, alpha, schedule: { zeroStep }, state }) => {
        const end = state.steps + steps;
        if (alpha === 0 || zeroStep === undefined || zeroStep < end) return [];
        return [
          `${name}: alpha reaches 0 at step ${zeroStep}, but this fit ends before step ${end}, so the uncompressed matrix stays in use. ` +
            'Train for more epochs, or give the schedule an earlier end.',
        ];
      });
  }
}

/** Steps that a `fit` will have; undefined for a dataset of unknown length. */
function stepsOf({ epochs, initialEpoch, steps, samples, batchSize }: FitParams): number | undefined {
  const each = steps ?? (samples && batchSize ? Math.ceil(samples / batchSize) : undefined);
  return each === undefined ? undefined : Math.max(0, epochs - (initialEpoch ?? 0)) * each;
}

/**
 * A callback for a model that has compressed layers, such as one that was loaded in the middle of its training.
 *
 * @throws GCompressError `unsupported` when it has none, `disposed` or `not-ready` for a model that is, `invalid-option` or
 * `unknown-option`; when a `fit` begins: `invalid-option` where it was given twice, `unsupported` for another model.
 */
export function compressionCallback(model: LayersModel, options: CompressionCallbackOptions = {}): CompressionCallback {
  assertKnownOptions('compressionCallback', options, ['onUpdate', 'onWarning']);
  return new CompressionCallback(model, options);
}
