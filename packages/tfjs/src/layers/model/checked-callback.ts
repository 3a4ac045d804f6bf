// A callback that checks what it is given and how it is used.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { Callback, LayersModel } from '@tensorflow/tfjs-layers';

/** What `fit` and `fitDataset` tell callbacks of themselves. */
export interface FitParams {
  readonly epochs: number;
  readonly initialEpoch?: number | null;
  /** Steps of an epoch, where a dataset is of known length. */
  readonly steps: number | null;
  readonly samples: number | null;
  readonly batchSize: number | null;
}

/** What tfjs knows of a training but does not declare for all to see. */
interface TrainingModel {
  readonly isTraining?: boolean;
  /** The model that a sequential one trains. */
  readonly model?: TrainingModel;
  /** Another one for each `fit`. */
  readonly history?: object;
}

/** Identifies a run of `fit`, so that two runs and a hand-written loop are told apart. */
export function fitOf(model: LayersModel): { readonly fitting: boolean; readonly history: object | undefined } {
  const own = model as unknown as TrainingModel;
  const { isTraining = false, history } = own.model ?? own;
  return { fitting: isTraining, history };
}

/** A callback that refuses anything but a model, and a place in the list of `fit` that it has already. */
export abstract class CheckedCallback extends Callback {
  /** The function that made it, for errors. */
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
   * @throws GCompressError `not-ready` before there is one.
   */
  protected get fitted(): LayersModel {
    if (this.model) return this.model;
    throw new GCompressError('not-ready', {
      where: this.where,
      expected: 'a callback of a training',
      actual: 'one without a model',
      hint: 'Pass it to fit, or call its setModel(model) first.',
    });
  }

  /** What `fit` says of itself; undefined in a loop of one's own. */
  protected get fitParams(): FitParams | undefined {
    return this.model && fitOf(this.model).fitting ? (this.params as unknown as FitParams) : undefined;
  }

  /**
   * To be called when the training begins.
   *
   * @throws GCompressError `invalid-option` for a callback that a `fit` was given twice.
   */
  protected assertPassedOnce(): void {
    const { fitParams } = this;
    if (fitParams && fitParams === this.#begun) {
      throw new GCompressError('invalid-option', {
        where: `${this.where} callbacks`,
        expected: 'each callback once',
        actual: 'the same one twice',
        hint: 'Pass it to fit once; every step would count twice.',
      });
    }
    this.#begun = fitParams;
  }
}
