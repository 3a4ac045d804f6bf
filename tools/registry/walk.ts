// The walk of the README of the command line: what a reader copies, and its use in an empty folder.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runLater } from '../shell.ts';
import type { Surroundings } from './project.ts';

/** The blocks of code that a reader copies, to the letter. */
export interface CommandLineWalk {
  /** The command that tries the program without installing it. */
  readonly tries: string;
  /** The command that installs it. */
  readonly installs: string;
  /** The commands of the walk, one a line. */
  readonly commands: readonly string[];
  /** The command that installs what loads the packed file. */
  readonly installsLoader: string;
  /** The program that loads the file in Node. */
  readonly inNode: string;
  /** The program that loads the file on a page. */
  readonly onPage: string;
}

/** Reads the walk from the README of the command line. */
export function commandLineWalk(root: string): CommandLineWalk {
  const text = readFileSync(join(root, 'packages/cli/README.md'), 'utf8');
  const part = text.slice(text.indexOf('## Install'), text.indexOf('## Verbs'));
  const blocks = [...part.matchAll(/^```(\w+).*\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({ language, code }));
  if (blocks.map(({ language }) => language).join() !== 'sh,sh,sh,ts,ts') {
    throw new Error(`packages/cli/README.md: the walk has the blocks ${blocks.map(({ language }) => language)}`);
  }
  const [install, commands, installsLoader, inNode, onPage] = blocks.map(({ code }) => code);
  const [tries, installs] = install.split('\n').map((line) => line.replace(/\s*#.*$/, ''));
  return { tries, installs, commands: commands.trim().split('\n'), installsLoader, inNode, onPage };
}

/** Takes the walk in a folder, plants a regression that its check must find, and returns what was seen. */
export async function takeWalk(
  { tries, installs, commands, installsLoader, inNode }: CommandLineWalk,
  folder: string,
  { env, npmrc }: Surroundings,
): Promise<string> {
  const shell = (command: string, more: NodeJS.ProcessEnv = {}) =>
    runLater('bash', ['-ec', command], { cwd: folder, env: { ...env, ...more } });
  writeFileSync(join(folder, '.npmrc'), npmrc);
  // npm keeps programs that it ran by their names, also those of another registry; it asks before it downloads one
  const help = await shell(tries, { npm_config_cache: join(folder, 'cache'), npm_config_yes: 'true' });
  if (!help.includes('gcompress VERB --help')) throw new Error(`${tries} printed\n${help}`);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  await shell(installs);
  for (const command of commands) await shell(command);
  await shell(installsLoader);
  writeFileSync(join(folder, 'load.js'), inNode);
  const shape = await shell('node load.js');
  const [, expected] = /\/\/ → (.+)/.exec(inNode) ?? [];
  if (!shape.endsWith(`${expected}\n`)) throw new Error(`the walk's program printed\n${shape}`);
  const check = commands.find((command) => command.includes(' check ')) ?? '';
  const [, model] = /inspect (\S+)/.exec(commands.join('\n')) ?? [];
  await shell(`npx gcompress pack ${model} --bits 1 --out upscaler.gcm`);
  const failure = await shell(check).catch((error: Error) => error.message);
  const exceeded = /difference +(\S+) +(\S+) +EXCEEDED/.exec(failure);
  if (!exceeded) throw new Error(`a planted regression was not found:\n${failure}`);
  return `walk of the command line: ${commands.length} commands, loaded in Node; a difference of ${exceeded[1]} was refused`;
}
