// Releases everything to a registry on this machine and uses it from empty folders, as strangers would.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { useGenerated } from './registry/generated.ts';
import { COMMAND_LINE, COMPRESS, TRAIN, TRAIN_WITH_TWO_CORES } from './registry/programs.ts';
import { type Project, runProject } from './registry/project.ts';
import { readmeExample } from './registry/readme-example.ts';
import { createRelease } from './registry/release.ts';
import { startRegistry } from './registry/start-registry.ts';
import { commandLineWalk, takeWalk } from './registry/walk.ts';
import { run } from './shell.ts';

const MANAGERS = ['npm', 'pnpm'] as const;
const TENSORFLOW_VERSION = '4.22.0';
const TENSORFLOW = ['backend-cpu', 'core', 'layers'].map((name) => `@tensorflow/tfjs-${name}@${TENSORFLOW_VERSION}`);
/** What the command line brings along. */
const COMMAND_LINE_PACKAGES = [
  ...['blocks', 'calibration', 'cli', 'coder', 'core', 'dictlearn', 'distillation', 'kmeans', 'linalg', 'lowrank'],
  ...['packed', 'planner', 'post-training', 'pruning', 'report', 'rewrite', 'scheduler', 'simhash', 'sweep', 'tfjs'],
  ...['uniform', 'wasm-kernels', 'weights'],
];
const COMMAND_LINE_TENSORFLOW = ['backend-cpu', 'backend-wasm', 'converter', 'core', 'layers'].map(
  (name) => `@tensorflow/tfjs-${name}@${TENSORFLOW_VERSION}`,
);

const root = resolve(import.meta.dirname, '..');
const work = mkdtempSync(join(tmpdir(), 'gcompress-registry-'));
const newFolder = (name: string) => {
  mkdirSync(join(work, name));
  return join(work, name);
};

run('pnpm', ['build'], root);
const registry = await startRegistry(newFolder('registry'));
// Without what pnpm hands to the scripts that it runs
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^p?npm_/i.test(name)));
const surroundings = { env, npmrc: `@gcompress:registry=${registry.url}\n` };
try {
  const release = await createRelease(root, newFolder('repository'), registry.url, env);
  const first = await release.publish();
  console.log(`published ${first.join(', ')}`);
  const ours = (...names: string[]) =>
    first.filter((each) => names.some((name) => each.startsWith(`@gcompress/${name}@`)));
  const trained = ['lowrank', 'scheduler', 'tfjs'];
  const installed = ours('core', 'linalg', 'wasm-kernels', ...trained);

  for (const manager of MANAGERS) {
    const alone = { manager, asked: ours('lowrank'), program: COMPRESS };
    await use('one method', alone, ours('core', 'linalg', 'lowrank'));
    const training = { manager, asked: [...ours(...trained), ...TENSORFLOW], program: TRAIN };
    await use('training', training, [...installed, ...TENSORFLOW]);
  }
  const verbs = { manager: 'npm', asked: ours('cli'), program: COMMAND_LINE } as const;
  await use('command line', verbs, [...ours(...COMMAND_LINE_PACKAGES), ...COMMAND_LINE_TENSORFLOW]);
  console.log(await takeWalk(commandLineWalk(root), newFolder('walk'), surroundings));
  const { packages, program } = readmeExample(root);
  const pasted = packages.map(
    (name) => first.find((each) => each.startsWith(`${name}@`)) ?? `${name}@${TENSORFLOW_VERSION}`,
  );
  const example = await runProject({ manager: 'npm', asked: pasted, program }, newFolder('readme'), surroundings);
  const [, reported] = /^all weights: (.+ times fewer\))$/m.exec(example.printed) ?? [];
  if (reported === undefined) throw new Error(`README.md: the first example printed\n${example.printed}`);
  console.log(`npm, first example of the README: ${reported}`);
  console.log(await useGenerated(newFolder('generated'), registry.url, surroundings));

  release.changeCore();
  const [patched, ...others] = await release.publish();
  if (!patched?.startsWith('@gcompress/core@') || others.length > 0) throw new Error(`published ${patched}, ${others}`);
  console.log(`published ${patched}`);
  for (const manager of MANAGERS) {
    const asked = [...ours('core', ...trained), ...TENSORFLOW];
    const project = { manager, asked, coreOfMethod: version(patched), program: TRAIN_WITH_TWO_CORES };
    await use('training with two cores', project, [...installed, patched, ...TENSORFLOW]);
  }
} finally {
  registry.close();
  rmSync(work, { recursive: true, force: true });
}

/** Runs a project in an empty folder and expects these packages of ours and of TensorFlow.js to be installed, and no other. */
async function use(title: string, project: Project, expected: readonly string[]): Promise<void> {
  const name = `${project.manager}, ${title}`;
  const { printed, installed } = await runProject(project, newFolder(name.replaceAll(/\W+/g, '-')), surroundings);
  const found = new Set(installed.filter((each) => each.startsWith('@tensorflow/') || each.includes('gcompress')));
  if ([...found].sort().join() !== [...expected].sort().join()) {
    throw new Error(`${name}: installed are ${[...found].join(', ')}; expected were ${expected.join(', ')}`);
  }
  console.log(`${name}: ${printed}`);
}

/** `@gcompress/core@0.1.1` → `0.1.1`. */
function version(published: string): string {
  return published.slice(published.lastIndexOf('@') + 1);
}
