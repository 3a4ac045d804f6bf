// Text for terminals: colours if wanted, and no control characters from files.
import { createColors } from 'picocolors';
import type { Surroundings } from '../process/surroundings.ts';

/** Colours for an output: none if it is not a terminal, or if the user wants none (https://no-color.org). */
export function colorsFor(output: Surroundings['stdout'], env: Surroundings['env']): ReturnType<typeof createColors> {
  return createColors(output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb');
}

/** Text on one line. Names come from files, whose control characters could change what a terminal shows. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '\ufffd');
}
