// Checks that channel gains belong to the model that is packed.
import { GCompressError } from '@gcompress/core';
import { assertType, describeValue } from '@gcompress/core/checks';
import type { ModelContents } from './read-model.ts';

/**
 * Throws for gains of other weights, because they would be ignored silently.
 *
 * @param where the function that errors name.
 * @throws GCompressError `invalid-option`.
 */
export function assertGainsOf(
  where: string,
  gains: unknown,
  contents: ModelContents,
): asserts gains is ReadonlyMap<string, Float64Array> {
  if (!(gains instanceof Map)) {
    throw new GCompressError('invalid-option', {
      where: `${String(where)} channelGains`,
      expected: 'a map from names of weights to gains',
      actual: describeValue(gains),
      hint: 'Pass what channelGains of @gcompress/calibration gave.',
    });
  }
  assertType('assertGainsOf', 'contents', contents, 'object', 'Pass what readModel gave.');
  const { weights, kernels } = contents;
  assertType('assertGainsOf contents', 'kernels', kernels, 'object');
  for (const [name, own] of gains as Map<unknown, unknown>) {
    const weight = weights.find((one) => one.name === name);
    const kernel = weight && kernels.get(weight.name);
    const channels = kernel && weight.shape[weight.shape.length - (kernel.swapped ? 2 : 1)];
    if (own instanceof Float64Array && own.length === channels && areGains(own)) continue;
    throw new GCompressError('invalid-option', {
      where: `${String(where)} channelGains '${String(name)}'`,
      expected:
        channels === undefined ? 'gains of weights of this model' : `${channels} gains of at least 0, not all 0`,
      actual: own instanceof Float64Array ? `a Float64Array of ${own.length}` : describeValue(own),
      hint: 'Measure the gains of the very model that is packed.',
    });
  }
}

function areGains(values: Float64Array): boolean {
  return values.every((gain) => gain >= 0 && gain < Number.POSITIVE_INFINITY) && values.some((gain) => gain > 0);
}
