// Reads a divisor from a config that may be hostile.
import { GCompressError, type JsonObject } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';

/**
 * A positive integer of a stored config that divides all of `sides`.
 *
 * @throws GCompressError `file-header`.
 */
export function configDivisor(where: string, config: JsonObject, name: string, ...sides: readonly number[]): number {
  const value = config[name];
  const divides = (side: number) => side % (value as number) === 0;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && sides.every(divides)) return value;
  throw new GCompressError('file-header', {
    where: `${where} config '${name}'`,
    expected: `a divisor of ${sides.join(' and ')}`,
    actual: describeValue(value),
  });
}
