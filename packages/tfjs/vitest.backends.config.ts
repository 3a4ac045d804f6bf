// Tests of the kernels, each file in a process of its own: they look at all layers and kernels that are registered.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: '@gcompress/tfjs-backends',
    include: ['test/backends/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    isolate: true,
  },
});
