// Tables for terminals and for pull requests.
import Table from 'cli-table3';
import { printable } from './terminal-text.ts';

/** A column: its head, and the alignment of its cells. */
export interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
}

/** Rows of text; the last row may sum up the others. */
export interface TableContent {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

/** Lines without a border, for a terminal. */
export function terminalTable({ columns, rows }: TableContent, bold: (text: string) => string): string {
  const table = new Table({
    chars: { ...NO_BORDER, middle: '  ' },
    colAligns: columns.map(({ align }) => align),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(
    columns.map(({ head }) => bold(head)),
    ...rows.map((row) => row.map(printable)),
  );
  return table.toString().replaceAll(/ +$/gm, '');
}

/** A table in GitHub-flavoured Markdown. */
export function markdownTable({ columns, rows }: TableContent): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  const rule = columns.map(({ align }) => (align === 'right' ? '--:' : '---'));
  return [line(columns.map(({ head }) => head)), line(rule), ...rows.map((row) => line(row))].join('\n');
}

const NO_BORDER = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((part) => [`${side}${part}`, '']),
  ),
);

function escaped(text: string): string {
  return printable(text).replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
