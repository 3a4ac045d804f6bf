// The command line of `gcompress completion`.
import { Argument, type Command } from 'commander';
import { EXIT } from '../process/exit-codes.ts';
import type { Perform } from './perform.ts';

/** Adds the verb to the program. Add it last, because it completes the verbs added before. */
export function addCompletion(program: Command, perform: Perform): void {
  program
    .command('completion')
    .summary('print the completion of a shell')
    .description('Prints a script by which a shell completes verbs, options and their values.')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      `
Examples:
  source <(gcompress completion bash)
  gcompress completion zsh > ~/.zfunc/_gcompress
  gcompress completion fish > ~/.config/fish/completions/gcompress.fish`,
    )
    .action((shell: 'bash' | 'zsh' | 'fish') =>
      perform(async ({ stdout }) => {
        const { verbWords } = await import('../completion/verb-words.ts');
        const verbs = verbWords(program);
        const scripts = {
          bash: async () => (await import('../completion/bash.ts')).bashScript(verbs),
          zsh: async () => (await import('../completion/zsh.ts')).zshScript(verbs),
          fish: async () => (await import('../completion/fish.ts')).fishScript(verbs),
        };
        stdout.write(await scripts[shell]());
        return EXIT.done;
      }),
    );
}
