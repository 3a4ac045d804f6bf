// Creates the program with all its verbs. The code of a verb is loaded when the verb runs.
import { Command } from 'commander';
import { addCheck } from '../commands/check-command.ts';
import { addCompletion } from '../commands/completion-command.ts';
import { addCompress } from '../commands/compress-command.ts';
import { addDiff } from '../commands/diff-command.ts';
import { addEval } from '../commands/eval-command.ts';
import { addInspect } from '../commands/inspect-command.ts';
import { addPack } from '../commands/pack-command.ts';
import type { Perform } from '../commands/perform.ts';
import { addPlan } from '../commands/plan-command.ts';
import { addReport } from '../commands/report-command.ts';
import { addSweep } from '../commands/sweep-command.ts';
import { addUnpack } from '../commands/unpack-command.ts';
import type { Surroundings } from '../process/surroundings.ts';

const EXIT_CODES = `
Exit codes:
  0  done
  1  a budget is exceeded, or cannot be met
  2  a mistake on the command line or in the configuration
  3  a model or another input is missing, damaged or not supported
  4  the output exists already or cannot be written
  5  anything else
  130  stopped by Ctrl-C

gcompress VERB --help has the options and examples of a verb.`;

/** Makes the program; `perform` runs its verbs. */
export function createProgram(version: string, { stdout, stderr }: Surroundings, perform: Perform): Command {
  const program = new Command('gcompress')
    .description('Inspects, compresses, packs, compares, checks and reports on TensorFlow.js models.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [verb]', 'print the help of a verb')
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      // Commander puts the nearest name on a line of its own
      outputError: (text, write) => write(text.replace(/\n(?=.)/g, ' ')),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .configureHelp({ helpWidth: 100 })
    .exitOverride()
    .addHelpText('after', EXIT_CODES);
  for (const add of [
    addInspect,
    addPlan,
    addCompress,
    addPack,
    addUnpack,
    addDiff,
    addCheck,
    addEval,
    addReport,
    addSweep,
    addCompletion,
  ])
    add(program, perform);
  return program;
}
