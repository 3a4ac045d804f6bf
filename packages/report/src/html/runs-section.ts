// The section on times and memory of the loaded models.
import type { ReportData } from '../data/report-data.ts';
import { html, type Markup } from '../markup/markup.ts';
import { loadedRows, runsSentence } from '../words/runs.ts';

/** The table of times and memory; undefined if neither was measured. */
export function runsSection(data: ReportData): Markup | undefined {
  if (!data.memory && !data.latency) return undefined;
  const { heads, rows } = loadedRows(data);
  return html`<section aria-labelledby="runs"><h2 id="runs">Time and memory</h2>
<p>${runsSentence(data)}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Time and memory of each form"><table>
<thead><tr><th scope="col">once loaded</th>${heads.map((head) => html`<th scope="col" class="number">${head}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({
      form,
      name,
      cells,
    }) => html`<tr class="${form === 'original' ? 'original' : 'packed'}"><th scope="row">${name}</th>${cells.map(({ value, range }) => html`<td class="number">${value}${range !== undefined && html` <span class="muted">(${range})</span>`}</td>`)}</tr>
`,
  )}</tbody></table></div></section>`;
}
