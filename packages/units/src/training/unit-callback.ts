// The callback that fades units out while `fit` trains a model.
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertType } from '@gcompress/core/checks';
import { assertUsableModel } from '@gcompress/tfjs/layers';
import { Callback, type LayersModel } from '@tensorflow/tfjs-layers';
import { CHOICE_OPTIONS } from '../choice/unit-choice.ts';
import { type UnitGateOptions, type UnitGateResult, UnitGates } from './unit-gates.ts';

/** An update of the gates of a model. */
export interface UnitUpdate {
  /** Step of the training after which it ran, from 0. */
  readonly step: number;
  readonly result: Exclude<UnitGateResult, 'idle'>;
  /** Alpha after the update. */
  readonly alpha: number;
  /** Number of units that are chosen. */
  readonly units: number;
}

/** Options of {@link unitCallback}. */
export interface UnitCallbackOptions extends UnitGateOptions {
  /** Called after each update. */
  readonly onUpdate?: (update: UnitUpdate) => void;
}

/** Runs {@link UnitGates} after each batch of `fit`. */
export class UnitCallback extends Callback {
  /** The gates of the model: their `removed` units are those that `removeUnits` takes, their `state` goes on later. */
  readonly gates: UnitGates;
  readonly #onUpdate: UnitCallbackOptions['onUpdate'];
  #begun: object | undefined;

  constructor(model: LayersModel, options: UnitCallbackOptions) {
    super();
    assertUsableModel(model, 'unitCallback');
    assertKnownOptions('unitCallback', options, [...CHOICE_OPTIONS, 'schedule', 'state', 'onUpdate']);
    const { onUpdate, ...own } = options;
    if (onUpdate !== undefined) assertType('unitCallback', 'onUpdate', onUpdate, 'function');
    this.#onUpdate = onUpdate;
    this.gates = new UnitGates(model, own);
  }

  override async onTrainBegin(): Promise<void> {
    // fit hands the same object to all callbacks; a loop of one's own hands over nothing
    if (this.params && this.params === this.#begun) {
      throw new GCompressError('invalid-option', {
        where: 'unitCallback callbacks',
        expected: 'each callback once',
        actual: 'the same callback twice',
        hint: 'Pass it to fit once, because every step would count twice.',
      });
    }
    this.#begun = this.params;
  }

  override async onBatchEnd(): Promise<void> {
    const { gates } = this;
    const step = gates.state.steps;
    const result = await gates.runUpdateStep(step);
    if (result === 'idle') return;
    const units = Object.values(gates.removed).reduce((sum, { length }) => sum + length, 0);
    this.#onUpdate?.({ step, result, alpha: gates.alpha, units });
  }
}

/**
 * A callback for `fit` that fades units out while the model trains. In a loop of your own use {@link UnitGates}.
 *
 * @throws GCompressError as {@link UnitGates}.
 */
export function unitCallback(model: LayersModel, options: UnitCallbackOptions): UnitCallback {
  return new UnitCallback(model, options);
}
