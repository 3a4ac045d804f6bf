// A user's project: installs packages and runs a program.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runLater } from '../shell.ts';

/** A program that installs packages. */
type Manager = 'npm' | 'pnpm';

/** Where a user works. */
export interface Surroundings {
  /** What the programs of the user find in their environment. */
  readonly env: NodeJS.ProcessEnv;
  /** The line of a project's `.npmrc` by which packages of ours come from the registry that is tested, all others from the usual one. */
  readonly npmrc: string;
}

/** What a user does. */
export interface Project {
  readonly manager: Manager;
  /** What is installed, as `name@version`. */
  readonly asked: readonly string[];
  /** A version of the core that the method gets; all others get the one that is asked for. */
  readonly coreOfMethod?: string;
  /** The program that uses what is installed. */
  readonly program: string;
}

/** Installs what is asked for into an empty folder, runs the program, and returns what it printed and all that is installed. */
export async function runProject(
  { manager, asked, coreOfMethod, program }: Project,
  folder: string,
  { env, npmrc }: Surroundings,
): Promise<{ readonly printed: string; readonly installed: readonly string[] }> {
  const overrides = coreOfMethod && { '@gcompress/lowrank': { '@gcompress/core': coreOfMethod } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', overrides }));
  writeFileSync(join(folder, '.npmrc'), npmrc);
  writeFileSync(join(folder, 'use.js'), program);
  if (manager === 'pnpm') writeFileSync(join(folder, 'pnpm-workspace.yaml'), pnpmSettings(coreOfMethod));
  const install = manager === 'npm' ? 'install' : 'add';
  await runLater(manager, [install, ...asked], { cwd: folder, env });
  const printed = await runLater(process.execPath, ['use.js'], { cwd: folder, env });
  return { printed: printed.trim(), installed: installedIn(join(folder, 'node_modules')) };
}

/** pnpm waits a day before it trusts a new version, and takes overrides in a file of its own. */
function pnpmSettings(coreOfMethod: string | undefined): string {
  const overrides = `overrides:\n  '@gcompress/lowrank>@gcompress/core': ${coreOfMethod}\n`;
  return `packages: ['.']\nminimumReleaseAge: 0\n${coreOfMethod ? overrides : ''}`;
}

/** `name@version` of every package in a `node_modules` folder, links aside, and of those that these have themselves. */
function installedIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const folders = (path: string) => readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders(folder).flatMap(({ name }) => {
    const path = join(folder, name);
    if (name === '.pnpm') return folders(path).flatMap((inner) => installedIn(join(path, inner.name, 'node_modules')));
    if (name.startsWith('.')) return [];
    const packages = name.startsWith('@') ? folders(path).map((inner) => join(path, inner.name)) : [path];
    return packages.flatMap((each) => {
      const { name, version } = JSON.parse(readFileSync(join(each, 'package.json'), 'utf8'));
      return [`${name}@${version}`, ...installedIn(join(each, 'node_modules'))];
    });
  });
}
