import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// CI counts tests from the report that this writes
const report = process.env.GCOMPRESS_TEST_REPORT;

/** A worker goes on with the next file when that is of the same project, so those of one project come one after the other. */
class ProjectByProject extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project))];
    return projects.flatMap((project) => sorted.filter((file) => file.project === project));
  }
}

export default defineConfig({
  test: {
    projects: ['packages/*', 'packages/tfjs/vitest.backends.config.ts', 'examples/*', 'docs'],
    // The default leaves one processor idle: most of the time the main process has nothing to do
    maxWorkers: availableParallelism(),
    sequence: { sequencer: ProjectByProject },
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
});
