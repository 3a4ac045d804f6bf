// Makes a model observable, whatever its kind.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { isGraphModel } from './graph/calibrated-graph.ts';
import { observedGraphModel } from './graph/observed-graph-model.ts';
import { isLayersModel, observedLayersModel } from './layers/taps.ts';
import type { ObservedModel } from './observed/observed.ts';

/**
 * A layers model or a graph model, ready to be observed.
 *
 * @param where the function that errors name.
 * @param maxOutputBytes most bytes of node outputs that one run of a graph model may hold.
 * @throws GCompressError `invalid-option` for anything else.
 */
export async function observedModelOf(where: string, model: unknown, maxOutputBytes: number): Promise<ObservedModel> {
  if (isLayersModel(model)) return observedLayersModel(model);
  if (isGraphModel(model)) return observedGraphModel(model, maxOutputBytes);
  throw new GCompressError('invalid-option', {
    where: `${where} model`,
    expected: 'a layers model or a graph model of TensorFlow.js',
    actual: describeValue(model),
    hint: 'Pass what tf.loadLayersModel or tf.loadGraphModel gives.',
  });
}
