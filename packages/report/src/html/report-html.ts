// Writes a report as one HTML file that needs no other file and no script.
import { assertReportData } from '../data/check-data.ts';
import type { ReportData } from '../data/report-data.ts';
import { html, Markup, type Part } from '../markup/markup.ts';
import { bytesOf, downloadBytes, downloadName } from '../words/forms.ts';
import { bytesText, countText, errorText, percentText, pluralText, ratioText } from '../words/numbers.ts';
import { changedSection, qualitySection } from './quality-section.ts';
import { runsSection } from './runs-section.ts';
import { sizeSection, treemapSection } from './size-section.ts';
import { STYLE } from './style.ts';
import { weightsSection } from './weights-section.ts';

/** Nothing may be loaded or run: names in the report come from files of others. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/**
 * Writes a report as one HTML file. The file works offline and without scripts, in light and dark, on paper and on a phone. Text of the
 * data never becomes markup.
 *
 * @param data the result of `reportData`, or the same parsed from JSON.
 * @throws GCompressError `invalid-option` for anything else; `unsupported-version` for data of another version.
 */
export function reportHtml(data: ReportData): string {
  assertReportData('reportHtml', data);
  const { title, models, evaluation, work, memory, latency } = data;
  const sections = [
    ['done', 'What was done'],
    ['size', 'Size'],
    ['quality', 'Quality'],
    ...(evaluation ? [['changed', 'Changed answers']] : []),
    ['where', 'Where the bytes are'],
    ...(work ? [['work', 'Multiply-adds']] : []),
    ...(memory || latency ? [['runs', 'Time and memory']] : []),
    ['weights', 'Weights'],
  ] as const;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="generator" content="gcompress report">
<meta http-equiv="Content-Security-Policy" content="${new Markup(POLICY)}">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title><style>${new Markup(STYLE)}</style></head>
<body><a class="skip" href="#main">Skip to the report</a>
<header><h1>${title}</h1><p class="muted">${models[0]} → ${models[1]}</p>${tiles(data)}
<nav aria-label="Sections"><ul>${sections.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav></header>
<main id="main" tabindex="-1">${doneSection(data)}
${sizeSection(data)}
${qualitySection(data)}
${changedSection(data)}
${treemapSection(data)}
${workSection(data)}
${runsSection(data)}
${weightsSection(data)}</main>
<footer><p>Made by gcompress from the files themselves: every number is measured on this model. Bytes: 1 kB is 1000 bytes.</p></footer>
</body></html>
`.text;
}

function tiles(data: ReportData): Markup {
  const packed = bytesOf(data, 'packed').raw;
  const original = bytesOf(data, 'original').raw;
  const rival = downloadBytes(data, 'uint8');
  return html`<dl class="tiles"><div><dt>Packed file</dt><dd>${bytesText(packed)}<small>of ${bytesText(original)}</small></dd></div>
<div><dt>Smaller than the original</dt><dd>${ratioText(original, packed)}<small>whole files, raw</small></dd></div>
<div><dt>Smaller than ${downloadName(data, 'uint8')}</dt><dd>${ratioText(rival, packed)}<small>of ${bytesText(rival)}</small></dd></div>
${qualityTile(data)}</dl>`;
}

function qualityTile({ evaluation }: ReportData): Markup {
  const packed = evaluation?.forms.find(({ form }) => form === 'packed');
  if (!evaluation || !packed) return html`<div><dt>Quality</dt><dd>–<small>no inputs were given</small></dd></div>`;
  const inputs = pluralText(evaluation.inputs, 'input');
  const original = evaluation.forms.find(({ form }) => form === 'original');
  if (packed.accuracy && original?.accuracy) {
    return html`<div><dt>Accuracy</dt><dd>${percentText(packed.accuracy.value, 2)}<small>of ${percentText(original.accuracy.value, 2)}, ${inputs}</small></dd></div>`;
  }
  if (packed.agreement) {
    return html`<div><dt>Same class as the original</dt><dd>${percentText(packed.agreement.value)}<small>of ${inputs}</small></dd></div>`;
  }
  return html`<div><dt>Relative error of outputs</dt><dd>${errorText(packed.relativeError)}<small>${inputs}</small></dd></div>`;
}

function doneSection({ commands, weights }: ReportData): Markup {
  const methods = new Map<string, number>();
  for (const { compressed, storedAs } of weights) {
    if (compressed) methods.set(storedAs, (methods.get(storedAs) ?? 0) + 1);
  }
  const listed: Part = [...methods]
    .map(([name, count]) => `${pluralText(count, 'matrix', 'matrices')} by ${name}`)
    .join(', ');
  return html`<section aria-labelledby="done"><h2 id="done">What was done</h2>
<p>${methods.size === 0 ? 'No matrix is compressed.' : html`Compressed: ${listed}.`} ${pluralText(weights.length, 'weight')} in all.</p>
${commands.length > 0 && html`<pre tabindex="0" aria-label="Commands"><code>${commands.join('\n')}</code></pre>`}</section>`;
}

function workSection({ work }: ReportData): Markup | undefined {
  if (!work) return undefined;
  const { multiplyAdds, withFactors, uncounted } = work;
  const left = Object.entries(uncounted);
  const factors =
    withFactors < multiplyAdds
      ? `Some matrices have a low rank: run as two factors each, the model takes ${countText(withFactors)}, ${ratioText(multiplyAdds, withFactors)} fewer. The loaders of the packed file make dense weights.`
      : 'Packing does not change them: the loaders of the packed file make dense weights.';
  return html`<section aria-labelledby="work"><h2 id="work">Multiply-adds</h2>
<p>The counted matrices take ${countText(multiplyAdds)} for one input. ${factors}</p>
${left.length > 0 && html`<p>Not counted:</p><ul>${left.map(([name, reason]) => html`<li><code>${name}</code>: ${String(reason)}</li>`)}</ul>`}</section>`;
}
