// Makes a schedule again from its saved configuration.
import { GCompressError, type JsonObject } from '@gcompress/core';
import { assertType, describeValue } from '@gcompress/core/checks';
import type { ScheduleFactory } from '../contract/define-schedule.ts';
import type { CompressionSchedule } from '../contract/schedule.ts';
import { cosineAlpha } from './cosine-alpha.ts';
import { exponentialAlpha } from './exponential-alpha.ts';
import { linearAlpha } from './linear-alpha.ts';
import { neverUpdate } from './never-update.ts';
import { polynomialAlpha } from './polynomial-alpha.ts';
import { stepwiseAlpha } from './stepwise-alpha.ts';

/**
 * The schedule that a configuration describes, e.g. the configuration in a saved model.
 *
 * @param custom kinds of third parties, made by {@link defineSchedule}.
 * @throws GCompressError `invalid-option` for an unknown kind, and what the kind throws for its options.
 */
export function scheduleFromConfig(config: JsonObject, custom: readonly ScheduleFactory[] = []): CompressionSchedule {
  const where = 'scheduleFromConfig';
  assertType(where, 'config', config, 'object');
  const given: unknown = custom;
  if (!Array.isArray(given) || given.some((each) => typeof each !== 'function')) {
    throw new GCompressError('invalid-option', {
      where: `${where} custom`,
      expected: 'a list of kinds that defineSchedule returned',
      actual: describeValue(Array.isArray(given) ? given.find((each) => typeof each !== 'function') : given),
    });
  }
  const factories: readonly ScheduleFactory[] = [
    linearAlpha,
    cosineAlpha,
    polynomialAlpha,
    exponentialAlpha,
    stepwiseAlpha,
    neverUpdate,
    ...custom,
  ];
  const { kind, ...options } = config;
  const factory = factories.find((each) => each.kind === kind);
  if (!factory) {
    throw new GCompressError('invalid-option', {
      where: 'scheduleFromConfig kind',
      expected: `one of ${factories.map((each) => each.kind).join(', ')}`,
      actual: describeValue(kind),
      hint: 'Pass the factories of your own kinds as the second argument.',
    });
  }
  return factory(options as never);
}
