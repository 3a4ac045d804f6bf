// testFormat: checks a format against its part of the contract.
import { type CompressedFormat, type Factorization, GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertType, describeValue } from '@gcompress/core/checks';
import type { MatrixDecoder } from '@gcompress/core/decode';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import { assertRunner } from './assertions/argument-checks.ts';
import {
  type Chapter,
  type CheckResult,
  chapter,
  registerChapters,
  runChapters,
  type SkipReasons,
  type TestRunner,
} from './assertions/check.ts';
import { algebraChecks, type Examples } from './checks/algebra-checks.ts';
import { damageChecks, type FuzzSettings, fuzzChecks } from './checks/damage-checks.ts';
import { gridChecks } from './checks/grid-checks.ts';
import { sharingChecks } from './checks/sharing-checks.ts';
import { storageChecks } from './checks/storage-checks.ts';
import { readBack } from './samples/workbench.ts';

/** Options of {@link checkFormat}. */
export interface CheckFormatOptions extends FuzzSettings {
  readonly format: CompressedFormat;
  /** The format's decoder for pages that only decode, which must give the same matrices. Omit it to check the format alone. */
  readonly decoder?: MatrixDecoder;
  /** At least one; they should differ in shape and in every option that the config holds. */
  readonly examples: readonly Factorization[];
  /** Checks that are not run, each with a reason that is shown. */
  readonly skip?: SkipReasons;
}

/** Options of {@link testFormat}. */
export interface TestFormatOptions extends CheckFormatOptions {
  /** `{ describe, it }` of vitest, jest or node:test. */
  readonly runner: TestRunner;
  /** Title of the suite. Default the id of the format. */
  readonly name?: string;
  /** Milliseconds that one check may take. Default 60 000. */
  readonly timeout?: number;
}

/**
 * The suite for a format alone, for packages that only decode: algebra, storage and damaged files, also for matrices that were read from a
 * file.
 *
 * @throws GCompressError `unknown-option` or `invalid-option` for a skip without a check or without a reason, or no examples.
 */
export function testFormat(given: TestFormatOptions): void {
  assertType('testFormat', 'options', given, 'object');
  const { runner, name, timeout, ...options } = given;
  assertRunner('testFormat', runner);
  const chapters = formatChapters(examplesOf(options), options);
  registerChapters(runner, name ?? `format '${options.format.id}'`, chapters, options.skip, timeout);
}

/**
 * Runs the same suite without a test framework and returns the result of each check.
 *
 * @throws GCompressError as {@link testFormat} does. A failed check is in the results.
 */
export async function checkFormat(options: CheckFormatOptions): Promise<CheckResult[]> {
  return runChapters(formatChapters(examplesOf(options), options), options.skip);
}

/** The chapters about the matrices of a format: as they were made, and as they are read from a file. */
export function formatChapters(made: Examples, settings: FuzzSettings): Chapter[] {
  const readAgain: Examples = {
    decoder: made.decoder,
    async examples() {
      const examples = await made.examples();
      return Promise.all(
        examples.map(async ({ name, compressed }) => ({ name, compressed: await readBack(compressed) })),
      );
    },
  };
  return [
    chapter('algebra', [...algebraChecks, ...gridChecks, ...sharingChecks], made),
    chapter('storage', storageChecks, made),
    chapter('damaged files', [...damageChecks, ...fuzzChecks(settings)], made),
    chapter('algebra, read back from a file', algebraChecks, readAgain),
    chapter('storage, read back from a file', storageChecks, readAgain),
  ];
}

function examplesOf(options: CheckFormatOptions): Examples {
  assertKnownOptions('testFormat', options, ['format', 'decoder', 'examples', 'skip', 'fuzzRuns', 'seed']);
  const { format, decoder, examples } = options;
  assertType('testFormat', 'format', format, 'object');
  if (!Array.isArray(examples) || examples.length === 0) {
    throw new GCompressError('invalid-option', {
      where: 'examples',
      expected: 'at least one example',
      actual: Array.isArray(examples) ? 'an empty list' : describeValue(examples),
    });
  }
  const named = examples.map((factorization, i) => ({
    name: `example ${i} [${factorization.shape.join(', ')}]`,
    compressed: createCompressedMatrix(format, factorization),
  }));
  return { decoder, examples: async () => named };
}
