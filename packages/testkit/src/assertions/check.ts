// A named check, and how checks become tests of the framework at hand.
import { GCompressError } from '@gcompress/core';
import { describeError } from './assertions.ts';

/** Returned by a check that does not apply, such as a check of `lookup` on a format without `lookup`. */
export class NotApplicable {
  constructor(readonly reason: string) {}
}

/**
 * One requirement. It throws if the subject does not meet it. A returned string is a remark for the report; {@link NotApplicable} means
 * that the subject lacks the checked member.
 */
export interface Check<S> {
  /** Stable and unique: what {@link SkipReasons} and reports refer to. */
  readonly name: string;
  /** The claim in words, for a requirement that the subject claims. */
  readonly claim?: string;
  run(subject: S): Promise<unknown>;
}

/** A check that knows its subject. */
export type BoundCheck = Omit<Check<never>, 'run'> & { run(): Promise<unknown> };

/** Checks that belong together. */
export interface Chapter {
  readonly name: string;
  readonly checks: readonly BoundCheck[];
}

/** Name of a check → why it is not run. The reason is shown in the title of the skipped test. */
export type SkipReasons = Readonly<Record<string, string>>;

/** The result of one check. */
export interface CheckResult {
  readonly chapter: string;
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped' | 'not applicable';
  /** Why the check was skipped or failed or does not apply, or a remark on a passed check, such as a refused shape. */
  readonly remark?: string;
  readonly error?: unknown;
}

/** The part of a test framework that the kit uses; vitest, jest and node:test have it. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  readonly it: {
    /** The body gets the framework's test context, if there is one, and calls its `skip` if a check does not apply. */
    (name: string, body: (...context: unknown[]) => Promise<void>, timeout?: number): unknown;
    skip(name: string, body: () => Promise<void>): unknown;
  };
}

/** The chapter of these checks for this subject. */
export function chapter<S>(name: string, checks: readonly Check<S>[], subject: S): Chapter {
  return { name, checks: checks.map((check) => ({ ...check, run: () => check.run(subject) })) };
}

/** Runs all checks without a test framework. */
export async function runChapters(chapters: readonly Chapter[], skip: SkipReasons = {}): Promise<CheckResult[]> {
  assertSkipReasons(chapters, skip);
  const results: CheckResult[] = [];
  for (const { name: chapterName, checks } of chapters) {
    for (const { name, run } of checks) {
      const result = Object.hasOwn(skip, name)
        ? ({ outcome: 'skipped', remark: skip[name] } as const)
        : await outcomeOf(run);
      results.push({ chapter: chapterName, name, ...result });
    }
  }
  return results;
}

async function outcomeOf(run: () => Promise<unknown>): Promise<Pick<CheckResult, 'outcome' | 'remark' | 'error'>> {
  try {
    const remark = await run();
    if (remark instanceof NotApplicable) return { outcome: 'not applicable', remark: remark.reason };
    return typeof remark === 'string' ? { outcome: 'passed', remark } : { outcome: 'passed' };
  } catch (error) {
    return { outcome: 'failed', remark: describeError(error), error };
  }
}

/** Hands all checks to a test framework, one test each. `timeout` is in milliseconds. */
export function registerChapters(
  { describe, it }: TestRunner,
  title: string,
  chapters: readonly Chapter[],
  skip: SkipReasons = {},
  timeout = 60_000,
): void {
  assertSkipReasons(chapters, skip);
  describe(title, () => {
    for (const { name: chapterName, checks } of chapters) {
      describe(chapterName, () => {
        for (const { name, claim, run } of checks) {
          // No declared parameter, because jest would take it for a callback and wait for it
          const body = async (...context: unknown[]) => {
            const outcome = await run();
            if (outcome instanceof NotApplicable) skipTest(context[0], outcome.reason);
          };
          if (Object.hasOwn(skip, name)) it.skip(`${name} (skipped: ${skip[name]})`, body);
          else it(claim === undefined ? name : `${name}: ${claim}`, body, timeout);
        }
      });
    }
  });
}

/** Reports a running test as skipped, in the frameworks that can: vitest and node:test. */
function skipTest(context: unknown, reason: string): void {
  const { skip } = (context ?? {}) as { skip?: unknown };
  if (typeof skip === 'function') skip.call(context, `not applicable: ${reason}`);
}

/** Refuses skips without a reason, or of a check that does not exist. */
function assertSkipReasons(chapters: readonly Chapter[], skip: SkipReasons): void {
  const known = new Set(chapters.flatMap(({ checks }) => checks.map(({ name }) => name)));
  for (const [name, reason] of Object.entries(skip)) {
    if (!known.has(name)) {
      throw new GCompressError('unknown-option', {
        where: 'skip',
        expected: `the name of a check: ${[...known].map((check) => `'${check}'`).join(', ')}`,
        actual: `'${name}'`,
      });
    }
    if (typeof reason !== 'string' || reason.trim() === '') {
      throw new GCompressError('invalid-option', {
        where: `skip '${name}'`,
        expected: 'a reason in words',
        actual: typeof reason === 'string' ? 'an empty text' : typeof reason,
        hint: 'Say what the subject cannot do, and why that is right.',
      });
    }
  }
}
