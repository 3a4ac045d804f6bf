// Runs a command line: prints an error as one line and returns a documented exit code.
import { CommanderError } from 'commander';
import { colorsFor, printable } from '../output/terminal-text.ts';
import { EXIT, exitCodeFor } from '../process/exit-codes.ts';
import { messageOf } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { createProgram } from './create-program.ts';

/** Runs the program with these arguments; the result is its exit code. Throws nothing. */
export async function run(args: readonly string[], version: string, surroundings: Surroundings): Promise<number> {
  let code: number = EXIT.done;
  const program = createProgram(version, surroundings, async (verb) => {
    code = await verb({ ...surroundings, args });
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    // Commander has printed its message itself
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const { stderr, env } = surroundings;
    stderr.write(`${colorsFor(stderr, env).red('error:')} ${printable(messageOf(error))}\n`);
    return exitCodeFor(error);
  }
}
