// The sections on predictions: quality of all forms, and the inputs whose answer changed.
import { qualityChart } from '../charts/quality-chart.ts';
import type { ChangedInput, Evaluation, FormQuality, Prediction, Proportion, ReportData } from '../data/report-data.ts';
import { html, type Markup, type Part } from '../markup/markup.ts';
import { downloadBytes, downloadName, FORM_NAMES } from '../words/forms.ts';
import { bytesText, errorText, percentText, pluralText } from '../words/numbers.ts';
import { qualitySentence, trustSentence } from '../words/summary.ts';

/** Quality of all forms beside their sizes. */
export function qualitySection(data: ReportData): Markup {
  const { evaluation } = data;
  return html`<section aria-labelledby="quality"><h2 id="quality">Quality</h2>
<p>${qualitySentence(data)}</p>${evaluation && measured(data, evaluation)}</section>`;
}

function measured(data: ReportData, evaluation: Evaluation): Markup {
  const { forms } = evaluation;
  const has = (key: 'accuracy' | 'agreement') => forms.some((form) => form[key]);
  const chart = qualityChart(data, evaluation);
  const row = (
    form: FormQuality,
  ) => html`<tr class="${form.form}"><th scope="row">${FORM_NAMES[form.form]}</th><td class="number">${bytesText(downloadBytes(data, form.form))}</td>${has('accuracy') && interval(form.accuracy)}${has('agreement') && interval(form.agreement)}<td class="number">${errorText(form.relativeError)}</td></tr>
`;
  return html`<p class="hint">${trustSentence(evaluation)}</p>
<p class="hint">Bytes are those that a page downloads: ${downloadName(data, 'uint8').includes('gzip') ? 'gzipped, but for the packed file' : 'raw'}.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Quality of each form"><table>
<thead><tr><th scope="col">form</th><th scope="col" class="number">bytes</th>${has('accuracy') && html`<th scope="col" class="number">accuracy</th>`}${has('agreement') && html`<th scope="col" class="number">same class</th>`}<th scope="col" class="number">relative error of outputs</th></tr></thead>
<tbody>${forms.map(row)}</tbody></table></div>
${chart && html`<figure>${chart}<figcaption>Size against quality. The marked point is the packed file.</figcaption></figure>`}`;
}

function interval(proportion: Proportion | undefined): Markup {
  if (!proportion) return html`<td class="number">–</td>`;
  const { value, low, high } = proportion;
  return html`<td class="number">${percentText(value, 2)} <span class="muted">(${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)})</span></td>`;
}

/** The inputs whose answer changed; undefined without an evaluation. */
export function changedSection({ evaluation }: ReportData): Markup | undefined {
  if (!evaluation) return undefined;
  const { changed, changedInputs, inputs, classes } = evaluation;
  const what = classes
    ? `The packed model predicts another class for ${changedInputs} of ${pluralText(inputs, 'input')}.`
    : `The outputs are no classes. These are the inputs whose output changed most, of ${pluralText(inputs, 'input')}.`;
  const shown =
    changed.length < changedInputs && classes ? ` Those ${changed.length} whose outputs changed most are shown.` : '';
  return html`<section aria-labelledby="changed"><h2 id="changed">Inputs whose answer changed</h2>
<p>${what}${shown}</p>
${changed.length > 0 && html`<ul class="changed">${changed.map(changedItem)}</ul>`}</section>`;
}

function changedItem({
  index,
  name = `Input ${index}`,
  before,
  after,
  label,
  relativeError,
  picture,
}: ChangedInput): Markup {
  const wrong = (prediction: Prediction) => (label !== undefined && prediction.label !== label ? 'wrong' : 'same');
  const answer = (name: string, prediction: Prediction): Part =>
    html`<br>${name}: <b class="${wrong(prediction)}">${prediction.label}</b>${wrong(prediction) === 'wrong' && ' (wrong)'} <span class="muted">${errorText(prediction.value)}</span>`;
  return html`<li>${picture !== undefined && html`<img src="${picture}" alt="" width="96" height="96">`}${name}${label !== undefined && html`, label <b>${label}</b>`}${before && answer('before', before)}${after && answer('after', after)}<br><span class="muted">relative error ${errorText(relativeError)}</span></li>
`;
}
