// Prints the result of a verb: as a table for people, as Markdown, or as JSON for programs.
import type { Surroundings } from '../process/surroundings.ts';
import { markdownTable, type TableContent, terminalTable } from './table.ts';
import { colorsFor, printable } from './terminal-text.ts';

/** The form of the output; a table for people by default. */
export interface ReportForm {
  readonly json?: boolean;
  readonly markdown?: boolean;
}

/** The result of a verb, as data and as a table. */
export interface Report {
  /** Everything, with exact numbers. */
  readonly data: object;
  /** Sentences above the table. */
  readonly intro?: readonly string[];
  readonly table?: TableContent;
  /** Sentences below the table. */
  readonly outro?: readonly string[];
}

/** Prints a report to the standard output. */
export function printReport(report: Report, form: ReportForm, { stdout, env }: Surroundings): void {
  if (form.json) {
    stdout.write(`${JSON.stringify(report.data, null, 2)}\n`);
    return;
  }
  const { intro = [], table, outro = [] } = report;
  const { bold } = colorsFor(stdout, env);
  const shown = table && (form.markdown ? markdownTable(table) : terminalTable(table, bold));
  const blocks = [intro.map(printable).join('\n'), shown ?? '', outro.map(printable).join('\n')].filter(
    (block) => block !== '',
  );
  stdout.write(`${blocks.join('\n\n')}\n`);
}
