// The section on bytes: all forms beside each other, and where the bytes are.
import { treemapChart } from '../charts/treemap.ts';
import type { ReportData, ReportedWeight } from '../data/report-data.ts';
import { html, type Markup } from '../markup/markup.ts';
import { FORM_NAMES } from '../words/forms.ts';
import { bytesText, comparedText, pluralText, ratioText } from '../words/numbers.ts';
import { sizeSentence } from '../words/summary.ts';

/** The table of all forms. */
export function sizeSection(data: ReportData): Markup {
  const { forms, headerBytes } = data;
  const original = forms[0]?.bytes.raw ?? 0;
  const most = Math.max(1, ...forms.map(({ bytes }) => bytes.raw));
  const columns = (['gzip', 'brotli'] as const).filter((name) => forms.some(({ bytes }) => bytes[name] !== undefined));
  return html`<section aria-labelledby="size"><h2 id="size">Size</h2>
<p>${sizeSentence(data)}</p>
<p class="hint">Bytes of whole files: topology and weights, each file compressed alone. float16 and uint8 are what TensorFlow.js’ converter makes of all weights.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Bytes of each form"><table>
<thead><tr><th scope="col">form</th><th scope="col">raw</th>${columns.map((name) => html`<th scope="col" class="number">${name}</th>`)}<th scope="col" class="number">smaller, raw</th></tr></thead>
<tbody>${forms.map(
    ({
      form,
      bytes,
    }) => html`<tr class="${form}"><th scope="row">${FORM_NAMES[form]}</th><td>${bytesText(bytes.raw)}<svg class="bar" aria-hidden="true"><rect width="${((100 * bytes.raw) / most).toFixed(2)}%" height="100%"/></svg></td>${columns.map((name) => html`<td class="number">${bytes[name] === undefined ? '–' : bytesText(bytes[name])}</td>`)}<td class="number">${ratioText(original, bytes.raw)}</td></tr>
`,
  )}</tbody></table></div>
<p class="hint">Of the packed file, ${bytesText(headerBytes)} are topology, names, checksums and probes.</p></section>`;
}

/** The treemaps before and after, at one scale. */
export function treemapSection({ weights }: ReportData): Markup {
  const sum = (bytes: (weight: ReportedWeight) => number) =>
    weights.reduce((total, weight) => total + bytes(weight), 0);
  const [before, after] = [sum(({ originalBytes }) => originalBytes), sum(({ bytes }) => bytes)];
  const scale = Math.max(before, after);
  const kinds = [...new Set(weights.map(({ kind }) => kind))];
  return html`<section aria-labelledby="where"><h2 id="where">Where the bytes are</h2>
<p>Each rectangle is a weight, and its area is its bytes. Both pictures have the same scale. The table of <a href="#weights">weights</a> has the numbers.</p>
<ul class="legend">${kinds.map((kind) => html`<li><i class="kind-${kind}"></i>${kind === 'other' ? 'other weights' : kind}</li>`)}</ul>
<figure>${treemapChart(weights, { bytes: ({ originalBytes }) => originalBytes, scale, label: `Treemap of the original: ${pluralText(weights.length, 'weight')}, ${bytesText(before)}` })}<figcaption>Original: ${bytesText(before)} of weights</figcaption></figure>
<figure>${treemapChart(weights, { bytes: ({ bytes }) => bytes, scale, label: `Treemap of the packed file: ${bytesText(after)} of weights` })}<figcaption>Packed file: ${bytesText(after)} of weights, ${comparedText(before, after)}</figcaption></figure></section>`;
}
