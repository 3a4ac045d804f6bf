// A job: a configuration, and the id that follows from it.
import { createHash } from 'node:crypto';
import { GCompressError, type JsonObject } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { assertJsonObject, canonicalJson } from './json.ts';

/** One run of the job function. Its result depends on the configuration alone, so equal configurations are one job. */
export interface Job {
  /** 20 hexadecimal digits of the SHA-256 of the configuration. */
  readonly id: string;
  /** The argument of the job function. */
  readonly configuration: JsonObject;
}

/**
 * Makes the job of a configuration.
 *
 * @throws GCompressError `invalid-option` unless the configuration is an object of JSON values.
 */
export function createJob(configuration: JsonObject): Job {
  assertJsonObject('configuration', configuration);
  const id = createHash('sha256').update(canonicalJson(configuration)).digest('hex').slice(0, 20);
  return { id, configuration };
}

/** Makes the jobs of configurations, each job once, in the order of their first configurations. */
export function createJobs(where: string, configurations: readonly JsonObject[]): Job[] {
  if (!Array.isArray(configurations)) {
    const expected = 'an array of configurations';
    throw new GCompressError('invalid-option', { where, expected, actual: describeValue(configurations) });
  }
  return [...new Map(configurations.map(createJob).map((job) => [job.id, job])).values()];
}
