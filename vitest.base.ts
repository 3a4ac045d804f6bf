// How the tests of every package run, alone or with all others.
import { defineConfig } from 'vitest/config';

/** Generous limits, because machines are shared; no test measures time. */
export const limits = { testTimeout: 60_000, hookTimeout: 60_000 };

/** CI counts tests from the report whose path it names. */
export function reporters(): ['default', ...['json', { outputFile: string }][]] {
  const report = process.env.GCOMPRESS_TEST_REPORT;
  return report ? ['default', ['json', { outputFile: report }]] : ['default'];
}

export default defineConfig({
  test: { include: ['test/**/*.test.ts'], ...limits, isolate: false },
});
