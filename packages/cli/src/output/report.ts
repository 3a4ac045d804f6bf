// Prints what a verb found: as a table for people, as Markdown, or as JSON for programs.
import { createColors } from 'picocolors';
import type { Surroundings } from '../process/surroundings.ts';
import { markdownTable, type TableContent, terminalTable } from './table.ts';

/** The form of the output; a table for people by default. */
export interface ReportForm {
  readonly json?: boolean;
  readonly markdown?: boolean;
}

/** What a verb found, in both forms. */
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
  const { bold } = createColors(hasColors(stdout, env));
  const shown = table && (form.markdown ? markdownTable(table) : terminalTable(table, bold));
  const blocks = [intro.join('\n'), shown ?? '', outro.join('\n')].filter((block) => block !== '');
  stdout.write(`${blocks.join('\n\n')}\n`);
}

/** Colours are for terminals, and not for those who said that they want none (https://no-color.org). */
export function hasColors(output: Surroundings['stdout'], env: Surroundings['env']): boolean {
  return output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}
