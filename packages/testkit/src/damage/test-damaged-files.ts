// testDamagedFiles: checks that a reader of files refuses damage.
import type { CompressedMatrix } from '@gcompress/core';
import { assertKnownOptions, assertType } from '@gcompress/core/checks';
import { assertRunner } from '../assertions/argument-checks.ts';
import { ensure } from '../assertions/assertions.ts';
import type { TestRunner } from '../assertions/check.ts';
import { fuzzFile } from './fuzz-file.ts';

/** Options of {@link testDamagedFiles}. */
export interface TestDamagedFilesOptions {
  readonly runner: TestRunner;
  /** The matrix to write and damage. Small, because every run reads it. */
  readonly compressed: CompressedMatrix;
  /** Damaged files for each of the two tests. Default 10,000. */
  readonly runs?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Milliseconds for a test. Default 120,000. */
  readonly timeout?: number;
}

/**
 * Fuzzes one file for long, in two tests: with the written checksum, so the reader must notice all damage, and with a corrected checksum,
 * so the format's own checks must hold.
 */
export function testDamagedFiles(options: TestDamagedFilesOptions): void {
  assertKnownOptions('testDamagedFiles', options, ['runner', 'compressed', 'runs', 'seed', 'timeout']);
  const { runner, compressed, runs = 10_000, seed = 1, timeout = 120_000 } = options;
  assertRunner('testDamagedFiles', runner);
  assertType('testDamagedFiles', 'compressed', compressed, 'object');
  runner.describe(`${runs} damaged files`, () => {
    for (const checksum of ['kept', 'corrected'] as const) {
      const test = async () => {
        const { refused } = await fuzzFile({ compressed, checksum, runs, seed });
        const refusals = Object.values(refused).reduce((sum, count) => sum + count, 0);
        ensure(refusals > runs / 4, `only ${refusals} of ${runs} damaged files were refused`);
      };
      runner.it(`are refused or read as they should be, checksum ${checksum}`, test, timeout);
    }
  });
}
