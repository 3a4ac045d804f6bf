// Writes the completion script for zsh.
import type { OptionWords, VerbWords } from './verb-words.ts';

/** A script for a file `_gcompress` in a folder of `fpath`. */
export function zshScript(verbs: readonly VerbWords[]): string {
  const described = verbs.map(({ name, summary }) => `    '${name}:${quoted(summary)}'`);
  const cases = verbs.map(({ name, options, choices }) => {
    const rest = choices.length > 0 ? `'*:word:(${choices.join(' ')})'` : `'*:model:_files'`;
    return `    ${name}) _arguments ${[...options.map(argument), rest].join(' ')} ;;`;
  });
  return `#compdef gcompress
# Completion of gcompress for zsh: gcompress completion zsh > DIRECTORY_OF_FPATH/_gcompress
_gcompress() {
  local -a verbs=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe verb verbs
    return
  fi
  (( CURRENT-- ))
  shift words
  case $words[1] in
${cases.join('\n')}
  esac
}
_gcompress "$@"
`;
}

function argument({ flag, description, takesValue, choices }: OptionWords): string {
  const text = `${flag}[${quoted(description).replaceAll(/[[\]]/g, '\\$&')}]`;
  if (!takesValue) return `'${text}'`;
  return `'${text}:value:${choices.length > 0 ? `(${choices.join(' ')})` : '_files'}'`;
}

/** Text in single quotes with escaped colons, which are separators in zsh. */
function quoted(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(':', '\\:');
}
