// testCompressor: checks a compressor against the whole contract.
import type { CompressionMethod } from '@gcompress/core';
import { assertKnownOptions, assertType } from '@gcompress/core/checks';
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
import { budgetCheck, callChecks, optionsCheck } from './checks/call-checks.ts';
import { claimChecks } from './checks/claim-checks.ts';
import { contractChecks } from './checks/contract-checks.ts';
import { noImportanceCheck } from './checks/importance-checks.ts';
import { matrixChecks } from './checks/matrix-checks.ts';
import { noMomentsCheck } from './checks/moments-checks.ts';
import { progressChecks, unknownOptionCheck } from './checks/progress-checks.ts';
import { scaleCheck } from './checks/scale-checks.ts';
import { type CompressorSubject, createWorkbench } from './samples/workbench.ts';
import { formatChapters } from './test-format.ts';

/** Options of {@link checkCompressor}. */
export interface CheckCompressorOptions extends CompressorSubject {
  /** Checks that are not run, each with a reason that is shown. */
  readonly skip?: SkipReasons;
}

/** Options of {@link testCompressor}. */
export interface TestCompressorOptions extends CheckCompressorOptions {
  /** `{ describe, it }` of vitest, jest or node:test. */
  readonly runner: TestRunner;
  /** Title of the suite. Default `'compressor'`. */
  readonly name?: string;
  /** Milliseconds that one check may take. Default 60 000. */
  readonly timeout?: number;
}

/**
 * The suite for a compressor: its contract, hard and invalid matrices, the algebra and storage of its results, also after they were
 * read from a file, and its claims. Each check is a test.
 *
 * @throws GCompressError `unknown-option` or `invalid-option` for a skip without a check or without a reason.
 */
export function testCompressor(given: TestCompressorOptions): void {
  assertType('testCompressor', 'options', given, 'object');
  const { runner, name = 'compressor', timeout, ...options } = given;
  assertRunner('testCompressor', runner);
  registerChapters(runner, name, compressorChapters(options), options.skip, timeout);
}

/**
 * Runs the same suite without a test framework and returns the result of each check.
 *
 * @throws GCompressError as {@link testCompressor} does. A failed check is in the results.
 */
export async function checkCompressor(options: CheckCompressorOptions): Promise<CheckResult[]> {
  return runChapters(compressorChapters(options), options.skip);
}

const OPTIONS: readonly (keyof CheckCompressorOptions)[] = [
  'create',
  'method',
  'decoder',
  'claims',
  'shapes',
  'matrices',
  'allowsLarger',
  'largeShape',
  'propertyRuns',
  'fuzzRuns',
  'seed',
  'skip',
];

function canBeAskedForSize(method: CompressorSubject['method']): method is CompressionMethod {
  return method !== undefined && 'forBudget' in method;
}

function compressorChapters(subject: CompressorSubject): Chapter[] {
  assertKnownOptions('testCompressor', subject, OPTIONS);
  assertType('testCompressor', 'create', subject.create, 'function', 'It makes a compressor for a shape.');
  const bench = createWorkbench(subject);
  const { claims = {}, method, decoder } = subject;
  const calls = [
    ...callChecks,
    ...progressChecks,
    scaleCheck,
    ...(claims.usesImportance ? [] : [noImportanceCheck]),
    ...(claims.usesInputMoments ? [] : [noMomentsCheck]),
    ...(method ? [optionsCheck(method), unknownOptionCheck(method)] : []),
    ...(canBeAskedForSize(method) ? [budgetCheck(method)] : []),
  ];
  return [
    chapter('contract', contractChecks, bench),
    chapter('calls', calls, bench),
    chapter('matrices', matrixChecks(bench), bench),
    ...formatChapters({ decoder, examples: () => bench.compressions() }, subject),
    chapter('claims', claimChecks(bench), bench),
  ].filter(({ checks }) => checks.length > 0);
}
