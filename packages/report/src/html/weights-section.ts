// The sections on weights: a table, the matrices that were skipped, and the details of each.
import { histogramChart } from '../charts/histogram-chart.ts';
import { spectrumChart } from '../charts/spectrum-chart.ts';
import type { ReportData, ReportedWeight } from '../data/report-data.ts';
import { html, type Markup, type Part } from '../markup/markup.ts';
import { bytesText, countText, errorText, pluralText, ratioText, shapeText } from '../words/numbers.ts';
import { bitsText, storedText } from '../words/weights.ts';

/** All weights as a table, and the details of those that are matrices. */
export function weightsSection({ weights }: ReportData): Markup {
  const isMatrix = ({ kind, compressed }: ReportedWeight) => kind !== 'other' || compressed;
  const matrices = weights.filter(isMatrix);
  const others = weights.filter((weight) => !isMatrix(weight));
  const skipped = matrices.filter(({ compressed }) => !compressed);
  const hasOutputErrors = weights.some(({ outputError }) => outputError !== undefined);
  const numbers = new Map(matrices.map((weight, i) => [weight, i]));
  return html`<section aria-labelledby="weights"><h2 id="weights">Weights</h2>
<p>${pluralText(matrices.length - skipped.length, 'matrix is', 'matrices are')} compressed${skipped.length > 0 && html`, ${skipped.length} ${skipped.length === 1 ? 'is' : 'are'} <a href="#skipped">not</a>`}. Relative errors are ‖W − Ŵ‖ / ‖W‖.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Table of weights"><table>
<thead><tr><th scope="col">weight</th><th scope="col">used by</th><th scope="col">shape</th><th scope="col">stored as</th>${['raw', 'packed', 'smaller', 'bits a value', 'relative error', ...(hasOutputErrors ? ['error of outputs'] : [])].map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
<tbody>${matrices.map((weight) => row(weight, hasOutputErrors, numbers.get(weight)))}${others.length > 0 && sumRow(others, hasOutputErrors)}</tbody></table></div>
${skipped.length > 0 && html`<h3 id="skipped">Matrices that are not compressed</h3><ul>${skipped.map(({ name, shape, reason }) => html`<li><code>${name}</code> ${shapeText(shape)}: ${reason}</li>`)}</ul>`}
<h3>Each matrix</h3>
<ul class="legend"><li><i class="key-before"></i>original</li><li><i class="key-after"></i>packed file</li></ul>
${matrices.map((weight) => detail(weight, numbers.get(weight)))}</section>`;
}

function row(weight: ReportedWeight, hasOutputErrors: boolean, number: number | undefined): Markup {
  const { name, usedBy = '', shape, originalBytes, bytes, relativeError, outputError } = weight;
  return html`<tr><th scope="row" class="names"><a href="#weight-${number}">${name}</a></th><td>${usedBy}</td><td>${shapeText(shape)}</td><td>${storedText(weight)}</td><td class="number">${bytesText(originalBytes)}</td><td class="number">${bytesText(bytes)}</td><td class="number">${ratioText(originalBytes, bytes)}</td><td class="number">${bitsText(weight)}</td><td class="number">${errorText(relativeError)}</td>${hasOutputErrors && html`<td class="number">${errorText(outputError)}</td>`}</tr>
`;
}

function sumRow(others: readonly ReportedWeight[], hasOutputErrors: boolean): Markup {
  const sum = (key: 'originalBytes' | 'bytes') => others.reduce((total, weight) => total + weight[key], 0);
  const forms = [...new Set(others.map(({ storedAs }) => storedAs))].join(', ');
  return html`<tr><th scope="row" class="names">${pluralText(others.length, 'weight that is no matrix', 'weights that are no matrices')}</th><td></td><td></td><td>${forms}</td><td class="number">${bytesText(sum('originalBytes'))}</td><td class="number">${bytesText(sum('bytes'))}</td><td class="number">${ratioText(sum('originalBytes'), sum('bytes'))}</td><td></td><td></td>${hasOutputErrors && html`<td></td>`}</tr>`;
}

function detail(weight: ReportedWeight, number: number | undefined): Markup {
  const { name, bytes, relativeError, histogram, spectrum } = weight;
  const charts = [
    histogram &&
      html`<figure>${histogramChart(name, histogram)}<figcaption>${levelsCaption(weight)}</figcaption></figure>`,
    spectrum && spectrumFigure(name, spectrum),
  ].filter((chart) => chart !== undefined);
  return html`<details><summary>${name} <span>${storedText(weight)}, ${bytesText(bytes)}, relative error ${errorText(relativeError)}</span></summary><div id="weight-${number}">
<dl class="facts">${facts(weight).map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>`)}</dl>
<div class="charts">${charts}</div></div></details>
`;
}

function spectrumFigure(name: string, spectrum: NonNullable<ReportedWeight['spectrum']>): Markup | undefined {
  const chart = spectrumChart(name, spectrum);
  const { rank, count } = spectrum;
  const cut =
    rank === undefined
      ? 'The stored matrix has full rank, as far as computed.'
      : `The stored matrix has rank ${rank} of ${count}.`;
  return chart && html`<figure>${chart}<figcaption>${cut}</figcaption></figure>`;
}

function levelsCaption({ histogram, columnLevels }: ReportedWeight): string {
  const column =
    columnLevels === undefined ? '' : ` At most ${pluralText(columnLevels, 'level')} for one output channel.`;
  return histogram?.levels
    ? `${pluralText(histogram.levels.length, 'stored level')}, one line each, over the original values.`
    : `Stored values as a line, original values as an area.${column}`;
}

function facts(weight: ReportedWeight): [string, Part][] {
  const {
    shape,
    dtype,
    usedBy,
    kind,
    originalBytes,
    bytes,
    maxError,
    outputError,
    multiplyAdds,
    config,
    reason,
    notes,
  } = weight;
  const entries: (readonly [string, Part])[] = [
    ['used by', usedBy === undefined ? undefined : `${usedBy} (${kind})`],
    ['shape', `${shapeText(shape)} of ${dtype}`],
    ['stored as', storedText(weight)],
    [
      'configuration',
      config && Object.keys(config).length > 0 ? html`<code>${JSON.stringify(config)}</code>` : undefined,
    ],
    [
      'bytes',
      `${originalBytes.toLocaleString('en-US')} → ${bytes.toLocaleString('en-US')}, ${bitsText(weight)} bits a value`,
    ],
    ['largest error of a value', maxError === undefined ? undefined : errorText(maxError)],
    ['error of its outputs', outputError === undefined ? undefined : errorText(outputError)],
    ['multiply-adds', multiplyAdds === undefined ? undefined : `${countText(multiplyAdds)} for one input`],
    ['not compressed', reason],
    ...notes.map((note) => ['note', note] as const),
  ];
  return entries.filter((entry): entry is [string, Part] => entry[1] !== undefined);
}
