// The words that a shell completes: verbs, their options, and option values.
import type { Command } from 'commander';

/** An option as a shell knows it. */
export interface OptionWords {
  /** `--method`. */
  readonly flag: string;
  readonly description: string;
  /** Whether a value follows. */
  readonly takesValue: boolean;
  /** The allowed values, if they are listed. */
  readonly choices: readonly string[];
}

/** A verb as a shell knows it. */
export interface VerbWords {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionWords[];
  /** The allowed arguments of the verb, if they are listed. */
  readonly choices: readonly string[];
}

/** The words of all verbs of a program. */
export function verbWords(program: Command): VerbWords[] {
  return program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    options: [...command.options, { long: '--help', description: 'print help', required: false }].map((option) => ({
      flag: option.long ?? '',
      description: option.description,
      takesValue: option.required,
      choices: ('argChoices' in option && option.argChoices) || [],
    })),
    choices: command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
  }));
}
