import { defineConfig } from 'vitest/config';

// CI counts tests from the report that this writes
const report = process.env.GCOMPRESS_TEST_REPORT;

/** The tests that drive the built pages in Chromium; one file after the other, because each of them trains. */
export default defineConfig({
  test: {
    include: ['test-browser/**/*.test.ts'],
    globalSetup: 'test-browser/serve.ts',
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
});
