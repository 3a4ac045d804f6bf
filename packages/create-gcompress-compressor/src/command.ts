// Reads the arguments of the command, generates the package and prints the next steps.
import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { generate } from './generate.ts';
import { namesFrom } from './names.ts';

const USAGE = `Usage: npm create gcompress-compressor <name> [-- options]

Makes a package with a compression method of your own for gcompress, its tests included.

  <name>           my-method, gcompress-my-method or @scope/gcompress-my-method

  --folder <path>  where to put it, empty (but for .git) or not there yet; default: gcompress-<method>
  --help           shows this
  --version        shows the version
`;

/** The program and the place from which the command is called. */
export interface Context {
  /** The folder that paths are relative to. */
  readonly cwd: string;
  /** The folder with the template. */
  readonly template: string;
  /** The version of the program. */
  readonly version: string;
  /** Ranges for the packages that the template depends on, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** How a command ended. */
export interface Outcome {
  /** 0 for success, 1 if the package could not be written, 2 for wrong arguments. */
  readonly code: 0 | 1 | 2;
  /** The text for the user. */
  readonly text: string;
}

/** Runs the command with these arguments. */
export function runCommand(args: readonly string[], { cwd, template, version, versions }: Context): Outcome {
  const command = parse(args);
  if (typeof command === 'string') return misused(command);
  if (command.help) return { code: 0, text: USAGE };
  if (command.version) return { code: 0, text: `${version}\n` };
  const [name, ...more] = command.positionals;
  if (name === undefined) return misused('a name is missing');
  if (more.length > 0) return misused(`one name is expected, but there is also '${more[0]}'`);
  const names = namesFrom(name);
  if (!names) {
    const expected = 'words of a-z and 0-9 with dashes between them that JavaScript does not reserve';
    return misused(`'${name}' is no name for a method: expected ${expected}`);
  }

  const target = resolve(cwd, command.folder ?? names.folder);
  try {
    generate({ names, template, target, versions });
  } catch (error) {
    return { code: 1, text: `create-gcompress-compressor: ${(error as Error).message}\n` };
  }
  const shown = relative(cwd, target) || '.';
  return { code: 0, text: `${names.packageName} is in ${shown}. Next:\n\n  cd ${shown}\n  npm install\n  npm test\n` };
}

/** The parsed command line, or a description of what is wrong with it. */
function parse(args: readonly string[]) {
  const options = {
    folder: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'v' },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { ...values, positionals };
  } catch (error) {
    return (error as Error).message;
  }
}

function misused(problem: string): Outcome {
  return { code: 2, text: `create-gcompress-compressor: ${problem}\n\n${USAGE}` };
}
