// The first example of the README, as a reader pastes it into an empty folder.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a reader of the README copies. */
export interface ReadmeExample {
  /** Names of the packages that its line `npm install` asks for. */
  readonly packages: readonly string[];
  /** Its first block of code, to the letter. */
  readonly program: string;
}

/** The first block of code and the line to install of the README at the root. */
export function readmeExample(root: string): ReadmeExample {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  const [, mark, program] = /^```ts(.*)\n([\s\S]*?)^```$/m.exec(text) ?? [];
  const [, install] = /^npm install (.+)$/m.exec(text) ?? [];
  if (program === undefined || install === undefined) throw new Error('README.md: no example, or no line to install');
  // A block that is given names runs in the pages alone
  if (mark.trim() !== '') throw new Error(`README.md: the first example needs '${mark.trim()}'`);
  return { packages: install.split(' '), program };
}
