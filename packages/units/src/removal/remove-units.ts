// Removes units from a trained model: a new model of smaller stock layers.
import { GCompressError, type ProgressOptions, partialProgress, reportProgress } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '@gcompress/core/checks';
import { assertUsableModel } from '@gcompress/tfjs/layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Analysis, analysisOf, type LayerChannels } from '../analysis/unit-groups.ts';
import type { Layer } from '../analysis/walk.ts';
import { chosenUnits, type RemovedUnits } from '../choice/choose-units.ts';
import { CHOICE_OPTIONS, checkedChoice, type UnitChoice } from '../choice/unit-choice.ts';
import { readValues } from '../choice/weight-values.ts';
import { compensatedValues } from './compensated-values.ts';
import type { RowSums } from './compensation.ts';
import { type UnitReport, unitReport } from './report.ts';
import { shrunkenModel } from './shrunken-model.ts';
import { keptPositions, shrunkenWeights } from './shrunken-weights.ts';

/** The function that errors name. */
const WHERE = 'removeUnits';

/** Options of {@link removeUnits}. */
export interface RemoveUnitsOptions extends UnitChoice {
  /**
   * Changes the kernels that read removed units by least squares, so that their outputs stay as near as possible. Needs `inputMoments`; kernels
   * without moments are only cut. Default true where `inputMoments` are given and `removed` is not: units that gates removed have nothing to
   * compensate.
   */
  readonly compensate?: boolean;
  /** Sums of the inputs of weights, by name: `inputSums` of `calibrate`. With them, biases take part in the compensation. */
  readonly inputSums?: ReadonlyMap<string, RowSums>;
  /** Stops the work; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Called with the fraction that is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** The result of {@link removeUnits}. */
export interface ModelOfFewerUnits {
  /** A new model of the same stock layers with fewer units. It shares no weights with the given model. */
  readonly model: LayersModel;
  /** The units that were removed, by the name of their group. */
  readonly removed: Readonly<Record<string, readonly number[]>>;
  readonly report: UnitReport;
}

/**
 * Removes whole neurons, filters and recurrent units from a Sequential or functional model. What comes out are the same stock layers, smaller, so
 * that file, memory and time shrink and no loader is needed. Optimizer, loss and metrics are not taken over. The given model is not changed.
 *
 * @throws GCompressError `invalid-option`, `unknown-option`, `shape-mismatch`; `unsupported` when no unit can be removed; `budget-unreachable` for
 *   too large a ratio; `non-finite` for NaN in a weight; `not-ready` for a model that is not built; `disposed`; the signal's reason when aborted.
 */
export async function removeUnits(model: LayersModel, options: RemoveUnitsOptions): Promise<ModelOfFewerUnits> {
  assertUsableModel(model, WHERE);
  const { compensates, inputSums, progress } = checkedOptions(options);
  const analysis = analysisOf(model);
  const choice = checkedChoice(WHERE, options, analysis);
  reportProgress(progress, 0);
  const values = await readValues(WHERE, analysis.groups);
  const removed = chosenUnits(WHERE, analysis, choice, values, model.countParams());
  const kept = keptPositions(analysis.groups, removed);
  const { inputMoments } = choice;
  const full = compensates
    ? await compensatedValues(analysis, kept, values, { inputMoments, inputSums }, partialProgress(progress, 0.1, 0.9))
    : values;
  const weights = shrunkenWeights(values, full, kept);
  const units = keptSizes(analysis.producers, analysis, removed);
  const reshaped = keptSizes(analysis.reshaped, analysis, removed);
  const made = shrunkenModel(model, analysis, { units, reshaped }, weights);
  const result = {
    model: made,
    removed: Object.fromEntries(removed),
    report: unitReport(model, analysis, units, weights),
  };
  reportProgress({ onProgress: progress.onProgress }, 1);
  return result;
}

/** Sizes of the last axis of these layers, where they change. */
function keptSizes(layers: readonly LayerChannels[], { groups }: Analysis, removed: RemovedUnits): Map<Layer, number> {
  const sizes = new Map<Layer, number>();
  for (const { owner, size, units } of layers) {
    let left = size;
    for (const [group, along] of units) {
      const gone = new Set(removed.get(groups[group].name));
      left -= along.filter((unit) => gone.has(unit)).length;
    }
    if (left < size) sizes.set(owner, left);
  }
  return sizes;
}

function checkedOptions(options: RemoveUnitsOptions) {
  assertKnownOptions(WHERE, options, [...CHOICE_OPTIONS, 'compensate', 'inputSums', 'signal', 'onProgress']);
  const { inputMoments, inputSums = new Map<string, RowSums>(), removed, signal, onProgress } = options;
  const { compensate: compensates = inputMoments !== undefined && removed === undefined } = options;
  assertType(WHERE, 'compensate', compensates, 'boolean');
  if (compensates && inputMoments === undefined) {
    throw new GCompressError('invalid-option', {
      where: `${WHERE} compensate`,
      expected: 'inputMoments beside it',
      actual: 'none',
      hint: 'Pass moments of calibrate of @gcompress/calibration.',
    });
  }
  assertSums(inputSums);
  if (signal !== undefined) {
    assertType(WHERE, 'signal', signal, 'object', 'Pass the signal of an AbortController.');
    assertType(`${WHERE} signal`, 'throwIfAborted', signal.throwIfAborted, 'function');
  }
  if (onProgress !== undefined) assertType(WHERE, 'onProgress', onProgress, 'function');
  const progress: ProgressOptions = { signal, onProgress };
  return { compensates, inputSums, progress };
}

function assertSums(sums: unknown): void {
  const where = `${WHERE} inputSums`;
  if (!(sums instanceof Map)) {
    throw new GCompressError('invalid-option', {
      where,
      expected: 'a map from names of weights to sums',
      actual: describeValue(sums),
    });
  }
  for (const [name, sum] of sums) {
    const { count, values }: Partial<RowSums> = sum ?? {};
    assertNumber(where, `count of '${String(name)}'`, count, { above: 0 });
    if (ArrayBuffer.isView(values) || Array.isArray(values)) continue;
    throw new GCompressError('invalid-option', {
      where: `${where} '${String(name)}'`,
      expected: 'a list of sums',
      actual: describeValue(values),
    });
  }
}
