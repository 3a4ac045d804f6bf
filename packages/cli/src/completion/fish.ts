// Writes the completion script for fish.
import type { VerbWords } from './verb-words.ts';

/** A script for a file `gcompress.fish` among the completions. */
export function fishScript(verbs: readonly VerbWords[]): string {
  const lines = verbs.flatMap(({ name, summary, options, choices }) => {
    const inVerb = `complete -c gcompress -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c gcompress -n __fish_use_subcommand -f -a ${name} -d '${quoted(summary)}'`,
      ...(choices.length > 0 ? [`${inVerb} -f -a '${choices.join(' ')}'`] : []),
      ...options.map(({ flag, description, takesValue, choices }) => {
        const values = choices.length > 0 ? ` -f -a '${choices.join(' ')}'` : '';
        return `${inVerb} -l ${flag.slice(2)}${takesValue ? ' -r' : ''}${values} -d '${quoted(description)}'`;
      }),
    ];
  });
  return `# Completion of gcompress for fish: gcompress completion fish > ~/.config/fish/completions/gcompress.fish
${lines.join('\n')}
`;
}

function quoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
}
