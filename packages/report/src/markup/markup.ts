// A template tag that escapes text, so that no name of a file can become markup.
import { plainText } from '../words/numbers.ts';

/** Text that is markup already. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

/** What a template takes: text and numbers are escaped, undefined and false are left out. */
export type Part = Markup | string | number | undefined | false | readonly Part[];

/** Markup with escaped parts. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.reduce((text, piece, i) => `${text}${textOf(parts[i - 1])}${piece}`));
}

function textOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(textOf).join('');
  return plainText(String(part)).replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
