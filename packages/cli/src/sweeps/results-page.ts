// Writes the results of a sweep as one HTML file without scripts, or as Markdown.
import { markdownTable, type TableContent } from '../output/table.ts';
import { printable } from '../output/terminal-text.ts';

/** The content of the page. */
export interface SweepResults {
  readonly title: string;
  /** How far the sweep is, in words. */
  readonly status: string;
  /** True once no result will come any more. */
  readonly isComplete: boolean;
  readonly table: TableContent | undefined;
  /** A line for each failed job. */
  readonly failures: readonly string[];
}

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
/** Seconds after which a browser reads the page of a running sweep again. */
const RELOAD = 5;
const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:68rem;margin:2rem auto;padding:0 1rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.3rem 1rem .3rem 0;border-bottom:1px solid GrayText}
.right{text-align:right}li{overflow-wrap:anywhere}`;

/** The page in HTML; a browser loads it again every few seconds until the sweep has ended. */
export function resultsHtml({ title, status, isComplete, table, failures }: SweepResults): string {
  const reload = isComplete ? '' : `<meta http-equiv="refresh" content="${RELOAD}">`;
  const alignment = table?.columns.map(({ align }) => (align === 'right' ? ' class="right"' : '')) ?? [];
  const cells = (row: readonly string[], tag: string) =>
    row.map((text, i) => `<${tag}${alignment[i]}>${escaped(text)}</${tag}>`).join('');
  const shown = table
    ? `<div class="scroll" tabindex="0" role="region" aria-label="Results"><table>
<thead><tr>${table.columns.map(({ head }, i) => `<th scope="col"${alignment[i]}>${escaped(head)}</th>`).join('')}</tr></thead>
<tbody>${table.rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n')}</tbody></table></div>`
    : '';
  const failed =
    failures.length === 0
      ? ''
      : `<h2>Failed jobs</h2><ul>${failures.map((line) => `<li>${escaped(line)}</li>`).join('\n')}</ul>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="generator" content="gcompress sweep">${reload}
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(title)}</title><style>${STYLE}</style></head>
<body><main><h1>${escaped(title)}</h1><p>${escaped(status)}</p>
${shown}
${failed}</main></body></html>
`;
}

/** The page in GitHub-flavoured Markdown. */
export function resultsMarkdown({ title, status, table, failures }: SweepResults): string {
  const plain = (text: string) => printable(text).replaceAll('<', '&lt;').replaceAll(/\s+/g, ' ');
  const blocks = [
    '<!-- gcompress sweep -->',
    `## ${plain(title)}`,
    plain(status),
    ...(table ? [markdownTable(table)] : []),
    ...(failures.length > 0 ? [failures.map((line) => `- ${plain(line)}`).join('\n')] : []),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function escaped(text: string): string {
  return printable(text).replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
