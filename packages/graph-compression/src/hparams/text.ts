// The grammar of the text form: `name=value,name=value`.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';

/** One clause of the text form: `name=value`. */
export interface Assignment {
  /** A letter, then letters, digits, underscores or dots. */
  readonly name: string;
  /** The value as written. */
  readonly value: string;
}

const CLAUSE = /(?<name>[A-Za-z][\w.]*)\s*=\s*(?<value>[^,[]*)(?:,\s*|$)/y;

/**
 * The clauses of `name=value,name=value`, in the order written. A value goes up to the next comma and holds no `[`, so it may be
 * empty or contain `=`, `/` and spaces. A trailing comma is allowed.
 *
 * Porting note: the grammar of `hparam.parse_values` without lists, because no hyperparameter is a list.
 *
 * @throws GCompressError `invalid-option`, showing the rest of the text from the first wrong character.
 */
export function readAssignments(text: string): Assignment[] {
  const clauses = text.trimStart();
  const assignments: Assignment[] = [];
  let at = 0;
  while (at < clauses.length) {
    CLAUSE.lastIndex = at;
    const groups = CLAUSE.exec(clauses)?.groups;
    if (!groups) {
      throw new GCompressError('invalid-option', {
        where: 'hparams',
        expected: 'clauses such as rank=200, separated by commas',
        actual: describeValue(clauses.slice(at)),
      });
    }
    at = CLAUSE.lastIndex;
    assignments.push({ name: groups.name, value: groups.value });
  }
  return assignments;
}

/**
 * Writes clauses as text, which {@link readAssignments} reads back unchanged.
 *
 * @throws GCompressError `invalid-option` when a value cannot be written in this form.
 */
export function writeAssignments(assignments: readonly Assignment[]): string {
  return assignments
    .map(({ name, value }) => {
      if (!/^(?!\s)[^,[]*$/.test(value)) {
        throw new GCompressError('invalid-option', {
          where: `hparams ${name}`,
          expected: 'a value without commas, brackets or leading spaces',
          actual: describeValue(value),
          hint: 'Write these hyperparameters as JSON instead.',
        });
      }
      return `${name}=${value}`;
    })
    .join(',');
}
