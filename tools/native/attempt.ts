// Runs a step of the build, and says what its failure means.
import { run } from '../shell.ts';

/** Runs a program; where it fails, says what that means before all that it printed. */
export function attempt(meaning: string, program: string, args: readonly string[], cwd: string): string {
  try {
    return run(program, args, cwd);
  } catch (error) {
    throw new Error(`${meaning}\n\n${error instanceof Error ? error.message.trim() : error}`, { cause: error });
  }
}
