// How `npm test` runs all tests: files of many packages share a process, so that sources and TensorFlow.js are loaded once.
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { limits, reporters } from './vitest.base.ts';

/** The projects, those with the longest files first, so that all processors end at about the same time. */
const ORDER = ['examples', '@gcompress/tfjs-backends', '@gcompress/tfjs', 'docs', 'packages'];

/** A worker goes on with the next file when that is of the same project, so the files of one project come one after the other. */
class ProjectByProject extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const names = new Set([...ORDER, ...sorted.map(({ project }) => project.name)]);
    return [...names].flatMap((name) => sorted.filter(({ project }) => project.name === name));
  }
}

/** The tests in these folders, which share processes. */
function together(name: string, ...folders: readonly string[]) {
  const include = folders.map((folder) => `${folder}/test/**/*.test.ts`);
  const exclude = ['**/node_modules/**', 'packages/tfjs/**'];
  // Relative to the workspace, and not to the package of the setup file
  const setupFiles = ['packages/tfjs/test/restore-tensorflow.ts'];
  return { test: { name, include, exclude, setupFiles, ...limits, isolate: false } };
}

export default defineConfig({
  test: {
    projects: [
      together('examples', 'examples/*'),
      'packages/tfjs/vitest.backends.config.ts',
      'packages/tfjs',
      together('docs', 'docs'),
      together('packages', 'packages/*', 'packages/*/template'),
    ],
    // The default leaves one processor idle: most of the time the main process has nothing to do
    maxWorkers: availableParallelism(),
    sequence: { sequencer: ProjectByProject },
    reporters: reporters(),
  },
});
