import { defineConfig } from 'vitest/config';

// CI counts tests from the report that this writes
const report = process.env.GCOMPRESS_TEST_REPORT;

export default defineConfig({
  test: {
    projects: ['packages/*', 'examples/*', 'docs'],
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
});
