// Writes the completion script for bash.
import type { VerbWords } from './verb-words.ts';

/** A script for `source`; completes paths if no word fits. */
export function bashScript(verbs: readonly VerbWords[]): string {
  const values = verbs.flatMap(({ name, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ flag, choices }) => `    '${name} ${flag}') words='${choices.join(' ')}'; isValue=1 ;;`),
  );
  const options = verbs.map(({ name, options, choices }) => {
    return `    ${name}) flags='${options.map(({ flag }) => flag).join(' ')}'; words='${choices.join(' ')}' ;;`;
  });
  return `# Completion of gcompress for bash: source <(gcompress completion bash)
_gcompress() {
  local word="\${COMP_WORDS[COMP_CWORD]}" verb="\${COMP_WORDS[1]}" words='' flags='' isValue=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${verbs.map(({ name }) => name).join(' ')} help --help --version' -- "$word"))
    return
  fi
  case "$verb \${COMP_WORDS[COMP_CWORD - 1]}" in
${values.join('\n')}
  esac
  if [ -z "$isValue" ]; then
    case "$verb" in
${options.join('\n')}
    esac
    [[ "$word" == -* ]] && words="$flags"
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _gcompress gcompress
`;
}
