// The callback that runs the update steps of compressed layers while a model trains.
import { GCompressError, type InputMoments, type JsonObject } from '@gcompress/core';
import { assertKnownOptions, assertType } from '@gcompress/core/checks';
import { assertKernelsOption, type KernelsOption, loadKernels } from '@gcompress/wasm-kernels/load';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Logs, metricsOf } from '../../progress/metrics.ts';
import { type Resumable, resumablesOf } from '../../progress/resumable.ts';
import type { TfCompressionOp } from '../../training/compression-op.ts';
import type { UpdateResult } from '../../training/op-options.ts';
import { type MomentsSource, TrainingMoments } from '../moments/training-moments.ts';
import { StartCondition, type StartOptions } from '../start/start-condition.ts';
import type { CompressedLayer } from '../wrapper/compressed-layer.ts';
import { CheckedCallback, type FitParams, fitOf } from './checked-callback.ts';
import { compressedLayers } from './compressed-layers.ts';
import { compressionReport } from './compression-report.ts';
import { FILE_TARGET_OPTIONS, FileTarget, type FileTargetOptions, hasFileTarget } from './file-target.ts';
import { assertModel, assertUsableModel } from './model-checks.ts';
import { resumeAdam } from './resume-adam.ts';

/** One update of one matrix of a layer. */
export interface CompressionUpdate {
  /** Name of the layer. */
  readonly layer: string;
  /** Name of the matrix, which is the operator's name: `layer/matrix`. */
  readonly matrix: string;
  /** Step of the training after which the update ran, from 0. */
  readonly step: number;
  readonly result: Exclude<UpdateResult, 'idle'>;
  /** Alpha after the update. */
  readonly alpha: number;
  /** `‖A − Ŵ‖ / ‖A‖` after the last compression. */
  readonly relativeError: number | undefined;
  /** Bytes of the packed file as its matrices are now; only with a target. */
  readonly fileBytes?: number;
}

/** Options of {@link CompressionCallback}. */
export interface CompressionCallbackOptions extends FileTargetOptions {
  /** Called after each update of a matrix, e.g. for a progress display. */
  readonly onUpdate?: (update: CompressionUpdate) => void;
  /** Called when a `fit` begins, once for each of the {@link CompressionCallback.warnings}. */
  readonly onWarning?: (warning: string) => void;
  /**
   * Starts the compression when a value has settled, in the place of a fixed step: step 0 of the schedules is then the first step after the
   * start. Default: the first step of the training.
   */
  readonly start?: StartOptions;
  /**
   * The hot loops of methods that use kernels; `'portable'` for plain JavaScript. Default: WebAssembly where it loads, otherwise plain JavaScript.
   * The results of the two may differ in the last digits; the report names the kernels of each matrix.
   */
  readonly kernels?: KernelsOption;
  /**
   * Second moments of the inputs of weights, by the names of the weights, or a function that gathers them whenever a matrix is about to be compressed,
   * for example from a batch of images by `calibrate` of `@gcompress/calibration`. Methods that use moments then keep the outputs instead of the
   * entries; other methods, and matrices without moments, are compressed as without. Not beside a target. Default none.
   */
  readonly inputMoments?: MomentsSource;
}

/**
 * Runs the update steps of a model's compressed layers while `fit` trains it: after each batch, every layer does what its schedule has
 * due. The layers count steps in their own weights, so a training that was saved and loaded resumes at the same step.
 *
 * In a custom training loop, call `onTrainBegin()` before the loop, `onBatchEnd()` after every step, and `onTrainEnd()` after the loop.
 */
export class CompressionCallback extends CheckedCallback implements Resumable {
  protected readonly where = 'compressionCallback';
  readonly #layers: readonly CompressedLayer[];
  readonly #made: LayersModel;
  readonly #options: CompressionCallbackOptions;
  readonly #target: FileTarget | undefined;
  readonly #start: StartCondition | undefined;
  readonly #moments: TrainingMoments | undefined;
  readonly #kernelsOption: KernelsOption | undefined;
  #loadedKernels: Promise<KernelsOption> | undefined;
  #counted: { readonly fit: object | undefined; readonly epoch: number } | undefined;
  #warnings: readonly string[] = [];

  /** @throws GCompressError `unsupported` when the model has no compressed layer, `disposed`, `not-ready`, `invalid-option`. */
  constructor(model: LayersModel, options: CompressionCallbackOptions = {}) {
    super();
    const { where } = this;
    assertModel(model, where);
    assertType(where, 'options', options, 'object');
    const { onUpdate, onWarning, kernels } = options;
    if (onUpdate !== undefined) assertType(where, 'onUpdate', onUpdate, 'function');
    if (onWarning !== undefined) assertType(where, 'onWarning', onWarning, 'function');
    assertKernelsOption(where, kernels);
    this.#kernelsOption = kernels;
    const hasTarget = hasFileTarget(where, options);
    const { inputMoments } = options;
    if (hasTarget && inputMoments !== undefined) throw momentsBesideTarget(where);
    assertUsableModel(model, where);
    this.#options = { ...(onUpdate && { onUpdate }), ...(onWarning && { onWarning }) };
    this.#made = model;
    this.#layers = compressedLayers(model);
    if (this.#layers.length > 0) {
      const ops = this.#layers.flatMap((layer) => layer.ops);
      this.#start = options.start === undefined ? undefined : new StartCondition(where, ops, options.start);
      if (inputMoments !== undefined) this.#moments = new TrainingMoments(where, this.#layers, inputMoments);
      this.#target = hasTarget ? new FileTarget(model, ops, compressionReport(model).denseBytes, options) : undefined;
      return;
    }
    throw new GCompressError('unsupported', {
      where: 'CompressionCallback',
      expected: 'a model with compressed layers',
      actual: `'${model.name}', which has no compressed layers`,
      hint: 'Pass the model that compressModel returned.',
    });
  }

  /** Warnings about the running or last `fit`: matrices that stay uncompressed because it is too short. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /** True once the schedules run: always, unless `start` lets them wait. */
  get started(): boolean {
    return this.#start?.started ?? true;
  }

  get fit(): object | undefined {
    return this.fitParams;
  }

  /** Bytes of the packed file as the matrices were last compressed; undefined without a target, and before the training. */
  get fileBytes(): number | undefined {
    return this.#target?.fileBytes;
  }

  override async onTrainBegin(): Promise<void> {
    this.assertPassedOnce();
    // fit hands over a model of its own around the same layers; a custom loop hands over no model
    const trained = this.model ? compressedLayers(this.model) : this.#layers;
    if (trained.length !== this.#layers.length || trained.some((layer) => !this.#layers.includes(layer))) {
      throw new GCompressError('unsupported', {
        where: 'CompressionCallback',
        expected: 'the model that this callback was made for',
        actual: `'${this.model.name}'`,
        hint: 'Make a callback for this model with compressionCallback(model).',
      });
    }
    const model = this.model ?? this.#made;
    const { fitting, history } = fitOf(model);
    if (fitting) this.#assertAlone();
    await this.#target?.begin(this.model?.optimizer);
    this.#resumeStart();
    resumeAdam(this.model?.optimizer);
    // A rejected fit gives no notice. But the next fit has a new history, and no fit is running between the two
    const hasUpdater = () => {
      const now = fitOf(model);
      return now.fitting === fitting && now.history === history;
    };
    for (const layer of this.#layers) layer.hasUpdater = hasUpdater;
    this.#warnings = this.#warningsOf(this.fitParams);
    for (const warning of this.#warnings) this.#options.onWarning?.(warning);
  }

  override async onBatchEnd(): Promise<void> {
    if (!this.started) return;
    const all = this.#layers.flatMap((layer) => layer.ops.map((op) => ({ layer, op })));
    const steps = all.map(({ op }) => op.state.steps);
    const kernels = await this.#kernels;
    const together = await this.#target?.runUpdateStep(steps[0]);
    const fileBytes = this.#target?.fileBytes;
    const moments = await this.#moments?.forUpdates(new Map(all.map(({ op }, at) => [op, steps[at]])));
    for (const [at, { layer, op }] of all.entries()) {
      const result = together?.[at] ?? (await op.runUpdateStep(steps[at], { kernels, ...momentsOf(op, moments) }));
      if (result === 'idle') continue;
      this.#options.onUpdate?.({
        layer: layer.name,
        matrix: op.name,
        step: steps[at],
        result,
        alpha: op.alpha,
        relativeError: op.relativeErrorAtCompression,
        ...(fileBytes !== undefined && { fileBytes }),
      });
    }
  }

  /** In a custom training loop with `start`, call it after every epoch, with the metrics that are monitored. */
  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    await this.count(epoch, logs);
  }

  async count(epoch: number, logs: NonNullable<Logs>): Promise<void> {
    const { fit } = this;
    if (!this.#start || (fit !== undefined && this.#counted?.fit === fit && this.#counted.epoch === epoch)) return;
    this.#counted = { fit, epoch };
    await this.#start.count(epoch, await metricsOf(logs));
  }

  state(): JsonObject {
    return this.#start?.state() ?? {};
  }

  /** The same kernels for all matrices, so that these share their memory. */
  get #kernels(): Promise<KernelsOption> {
    this.#loadedKernels ??= loadKernels(this.#kernelsOption).then((kernels) => kernels ?? 'portable');
    return this.#loadedKernels;
  }

  /** What was observed before a checkpoint; a training that begins anew has none. */
  #resumeStart(): void {
    const start = this.#start;
    const optimizer = this.model?.optimizer;
    if (!start || !optimizer) return;
    const { callbacks, restored } = resumablesOf(optimizer);
    if (restored.has(start.key)) start.restore(restored.get(start.key));
    restored.delete(start.key);
    callbacks.set(start.key, this);
  }

  override async onTrainEnd(): Promise<void> {
    for (const layer of this.#layers) layer.hasUpdater = false;
  }

  /** Refuses a second callback, which would count each step twice. The callback of a rejected fit does not count. */
  #assertAlone(): void {
    const taken = this.#layers.find(({ hasUpdater }) => typeof hasUpdater === 'function' && hasUpdater());
    if (!taken) return;
    throw new GCompressError('invalid-option', {
      where: `${this.where} callbacks`,
      expected: 'one compression callback',
      actual: `two callbacks that count the steps of layer '${taken.name}'`,
      hint: 'Pass either the callback that compressModel returned or compressionCallback(model), not both.',
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

function momentsOf(op: TfCompressionOp, moments: ReadonlyMap<TfCompressionOp, InputMoments> | undefined) {
  const inputMoments = moments?.get(op);
  return inputMoments && { inputMoments };
}

function momentsBesideTarget(where: string): GCompressError {
  return new GCompressError('invalid-option', {
    where: `${where} inputMoments`,
    expected: 'no moments beside a target',
    actual: 'both',
    hint: 'Leave inputMoments or the target out.',
  });
}

/** The number of steps of a `fit`; undefined for a dataset of unknown length. */
function stepsOf({ epochs, initialEpoch, steps, samples, batchSize }: FitParams): number | undefined {
  const each = steps ?? (samples && batchSize ? Math.ceil(samples / batchSize) : undefined);
  return each === undefined ? undefined : Math.max(0, epochs - (initialEpoch ?? 0)) * each;
}

/**
 * A callback for a model that has compressed layers, such as a model that was loaded in the middle of its training.
 *
 * @throws GCompressError `unsupported` for a model without compressed layers, `disposed` for a disposed model, `not-ready` for a model
 * that is not built, `invalid-option` or `unknown-option`; when a `fit` begins: `invalid-option` if it lists the callback twice,
 * `unsupported` for a model that the callback was not made for.
 */
export function compressionCallback(model: LayersModel, options: CompressionCallbackOptions = {}): CompressionCallback {
  assertKnownOptions('compressionCallback', options, [
    'onUpdate',
    'onWarning',
    'start',
    'kernels',
    'inputMoments',
    ...FILE_TARGET_OPTIONS,
  ]);
  return new CompressionCallback(model, options);
}
