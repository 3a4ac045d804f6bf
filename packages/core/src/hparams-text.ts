import { GCompressError } from './errors.ts';
import { describeValue } from './options.ts';

/** One clause of the text form: `name=value`, `name=[value, value]` or `name[index]=value`. */
export interface Assignment {
  /** A letter, then letters, digits, underscores or dots. */
  readonly name: string;
  /** Position in a list; `undefined` when the whole value is assigned. */
  readonly index: number | undefined;
  /** The words as written; an array when they stood in brackets. */
  readonly value: string | readonly string[];
}

const CLAUSE =
  /(?<name>[A-Za-z][\w.]*)\s*(?:\[\s*(?<index>\d+)\s*\]\s*)?=\s*(?:\[(?<list>[^\]]*)\]\s*|(?<scalar>[^,[]*))(?:,\s*|$)/y;

/**
 * The clauses of `name=value,name=[value value],name[index]=value`, in the order written. A value goes up to the next
 * comma and holds no `[`, so it may be empty or contain `=`, `/` and spaces. Lists are separated by commas or spaces. A
 * trailing comma is allowed.
 *
 * Porting note: the grammar of `hparam.parse_values`.
 *
 * @throws GCompressError `invalid-option`, showing where the text stops being one.
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
    assignments.push({
      name: groups.name,
      index: groups.index === undefined ? undefined : Number(groups.index),
      value: groups.list === undefined ? groups.scalar : groups.list.split(/[\s,]+/).filter(Boolean),
    });
  }
  return assignments;
}

/**
 * Clauses as text that {@link readAssignments} reads back to the same.
 *
 * @throws GCompressError `invalid-option` when a value cannot be written in this form.
 */
export function writeAssignments(assignments: readonly Omit<Assignment, 'index'>[]): string {
  return assignments
    .map(({ name, value }) => {
      const words = typeof value === 'string' ? value : `[${value.join(',')}]`;
      const wrong =
        typeof value === 'string' ? !/^(?!\s)[^,[]*$/.test(value) : !value.every((v) => /^[^\s,\]]+$/.test(v));
      if (wrong) {
        throw new GCompressError('invalid-option', {
          where: `hparams ${name}`,
          expected: 'a value without commas, brackets or leading spaces',
          actual: describeValue(words),
          hint: 'Write these hyperparameters as JSON instead.',
        });
      }
      return `${name}=${words}`;
    })
    .join(',');
}
