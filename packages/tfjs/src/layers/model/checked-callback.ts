// A callback that checks its model and that `fit` lists it once.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { Callback, LayersModel } from '@tensorflow/tfjs-layers';

/** The parameters that `fit` and `fitDataset` hand to callbacks. */
export interface FitParams {
  readonly epochs: number;
  readonly initialEpoch?: number | null;
  /** Steps of an epoch; null for a dataset of unknown length. */
  readonly steps: number | null;
  readonly samples: number | null;
  readonly batchSize: number | null;
}

/** Properties of a model in training that tfjs has but does not declare. */
interface TrainingModel {
  readonly isTraining?: boolean;
  /** The functional model inside a Sequential model. */
  readonly model?: TrainingModel;
  /** A new object for each `fit`. */
  readonly history?: object;
}

/** Identifies a run of `fit`, so that two runs and a hand-written loop are told apart. */
export function fitOf(model: LayersModel): { readonly fitting: boolean; readonly history: object | undefined } {
  const own = model as unknown as TrainingModel;
  const { isTraining = false, history } = own.model ?? own;
  return { fitting: isTraining, history };
}

/** A callback that refuses anything but a model, and that refuses to stand twice in the list of one `fit`. */
export abstract class CheckedCallback extends Callback {
  /** The function that made the callback, for error texts. */
  protected abstract readonly where: string;
  #begun: object | undefined;

  /** @throws GCompressError `invalid-option` for anything but a layers model. */
  override setModel(model: Parameters<Callback['setModel']>[0]): void {
    if (!(model instanceof LayersModel)) {
      throw new GCompressError('invalid-option', {
        where: `${this.where} setModel`,
        expected: 'a layers model',
        actual: describeValue(model),
      });
    }
    super.setModel(model);
  }

  /**
   * The model in training.
   *
   * @throws GCompressError `not-ready` before the callback has a model.
   */
  protected get fitted(): LayersModel {
    if (this.model) return this.model;
    throw new GCompressError('not-ready', {
      where: this.where,
      expected: 'a callback with a model',
      actual: 'a callback without a model',
      hint: 'Pass it to fit, or call its setModel(model) first.',
    });
  }

  /** The parameters of the running `fit`; undefined in a custom training loop. */
  protected get fitParams(): FitParams | undefined {
    return this.model && fitOf(this.model).fitting ? (this.params as unknown as FitParams) : undefined;
  }

  /**
   * Call it when the training begins.
   *
   * @throws GCompressError `invalid-option` when one `fit` lists the callback twice.
   */
  protected assertPassedOnce(): void {
    const { fitParams } = this;
    if (fitParams && fitParams === this.#begun) {
      throw new GCompressError('invalid-option', {
        where: `${this.where} callbacks`,
        expected: 'each callback once',
        actual: 'the same callback twice',
        hint: 'Pass it to fit once, because every step would count twice.',
      });
    }
    this.#begun = fitParams;
  }
}
