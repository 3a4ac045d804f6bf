import { defineConfig } from 'vitest/config';

/** How the tests of every package run, alone or with all others. Generous limits, because machines are shared; no test measures time. */
export default defineConfig({
  test: { include: ['test/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000, isolate: false },
});
