// Reads a divisor from a config that may be hostile.
import type { JsonObject } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { fileError } from '@gcompress/core/storage';

/**
 * A positive integer of a stored config that divides all of `sides`.
 *
 * @throws GCompressError `file-header`.
 */
export function configDivisor(where: string, config: JsonObject, name: string, ...sides: readonly number[]): number {
  const value = config[name];
  const divides = (side: number) => side % (value as number) === 0;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && sides.every(divides)) return value;
  throw fileError(
    'file-header',
    `${where} config '${name}'`,
    `a divisor of ${sides.join(' and ')}`,
    describeValue(value),
  );
}
