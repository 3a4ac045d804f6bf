// Uses a package that `npm create` generated.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runLater } from '../shell.ts';
import type { Surroundings } from './project.ts';

/** Generates a package with `npm create`, installs it, and runs all that it can do as it is; returns what was done. */
export async function useGenerated(folder: string, registry: string, { env, npmrc }: Surroundings): Promise<string> {
  // npm keeps programs that it ran by their names, also those of another registry
  const settings = ['--yes', `--registry=${registry}`, `--cache=${join(folder, 'cache')}`];
  const create = ['create', ...settings, 'gcompress-compressor', 'tensor-train'];
  await runLater('npm', create, { cwd: folder, env });
  const cwd = join(folder, 'gcompress-tensor-train');
  writeFileSync(join(cwd, '.npmrc'), npmrc);
  const step = (...args: string[]) => runLater('npm', args, { cwd, env });
  await step('install');
  const printed = await step('test');
  const [, tests] = /Tests .*?(\d+ passed)/.exec(printed) ?? [];
  if (tests === undefined) throw new Error(`no test passed:\n${printed}`);
  await step('run', 'typecheck');
  await step('run', 'build');
  const loaded = ['--input-type=module', '--eval', PROGRAM];
  const exported = await runLater(process.execPath, loaded, { cwd, env });
  return `generated package: ${tests}, type-checked, built, exports ${exported.trim()}`;
}

/** Imports the package by its own name, as its users will. */
const PROGRAM = `
import * as all from 'gcompress-tensor-train';
import * as format from 'gcompress-tensor-train/format';
console.log(Object.keys({ ...all, ...format }).join(', '));
`;
