import { defineConfig } from 'vitest/config';

// CI counts tests from the report that this writes
const report = process.env.GCOMPRESS_TEST_REPORT;

/** Runs the code of all pages, as `pnpm docs:check` wrote it to `page-code`; in processes, because each module gets a folder of its own. */
export default defineConfig({
  test: {
    include: ['page-code/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 300_000,
    silent: 'passed-only',
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
});
