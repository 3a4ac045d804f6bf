// The tests of each package as a project of its own, which `--project` names. `npm test` runs them by vitest.all.config.ts.
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { reporters } from './vitest.base.ts';

export default defineConfig({
  test: {
    projects: ['packages/*', 'packages/tfjs/vitest.backends.config.ts', 'examples/*', 'docs'],
    maxWorkers: availableParallelism(),
    reporters: reporters(),
  },
});
