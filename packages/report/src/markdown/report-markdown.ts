// Writes a report in GitHub-flavoured Markdown, for pull requests.
import { assertReportData } from '../data/check-data.ts';
import type { FormQuality, ReportData, ReportedWeight } from '../data/report-data.ts';
import { FORM_NAMES } from '../words/forms.ts';
import { bytesText, countText, errorText, percentText, plainText, ratioText, shapeText } from '../words/numbers.ts';
import { loadedRows, runsSentence } from '../words/runs.ts';
import { qualitySentence, sizeSentence, trustSentence } from '../words/summary.ts';
import { bitsText, storedText } from '../words/weights.ts';

/**
 * Writes a report in Markdown: sentences, a table of all forms, and the weights in a section that unfolds.
 *
 * @param data the result of `reportData`, or the same parsed from JSON.
 * @throws GCompressError `invalid-option` for anything else; `unsupported-version` for data of another version.
 */
export function reportMarkdown(data: ReportData): string {
  assertReportData('reportMarkdown', data);
  const { title, commands, evaluation, weights, work } = data;
  const matrices = weights.filter(({ kind, compressed }) => kind !== 'other' || compressed);
  const blocks = [
    `## ${escaped(title)}`,
    `${escaped(sizeSentence(data))} ${escaped(qualitySentence(data))}`,
    formsTable(data),
    ...(evaluation ? [escaped(trustSentence(evaluation))] : []),
    ...(work ? [`Multiply-adds for one input: ${countText(work.multiplyAdds)}.`] : []),
    ...(data.memory || data.latency ? [runsTable(data), escaped(runsSentence(data))] : []),
    ...(commands.length > 0 ? [fenced(commands)] : []),
    `<details><summary>${matrices.length} matrices</summary>\n\n${weightsTable(matrices)}\n\n</details>`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

function formsTable({ forms, evaluation }: ReportData): string {
  const original = forms[0]?.bytes.raw ?? 0;
  const sizes = (['gzip', 'brotli'] as const).filter((name) => forms.some(({ bytes }) => bytes[name] !== undefined));
  const qualities = evaluation?.forms ?? [];
  const shares = (['accuracy', 'agreement'] as const).filter((key) => qualities.some((form) => form[key]));
  const titles = { accuracy: 'accuracy', agreement: 'same class' };
  const cells = (quality: FormQuality | undefined) => [
    ...shares.map((key) => (quality?.[key] ? percentText(quality[key].value, 2) : '–')),
    ...(evaluation ? [errorText(quality?.relativeError)] : []),
  ];
  return table(
    [
      'form',
      'raw',
      ...sizes,
      'smaller',
      ...shares.map((key) => titles[key]),
      ...(evaluation ? ['error of outputs'] : []),
    ],
    forms.map(({ form, bytes }) => [
      form === 'packed' ? `**${FORM_NAMES[form]}**` : FORM_NAMES[form],
      bytesText(bytes.raw),
      ...sizes.map((name) => (bytes[name] === undefined ? '–' : bytesText(bytes[name]))),
      ratioText(original, bytes.raw),
      ...cells(qualities.find((quality) => quality.form === form)),
    ]),
  );
}

function runsTable(data: ReportData): string {
  const { heads, rows } = loadedRows(data);
  return table(
    ['once loaded', ...heads],
    rows.map(({ name, cells }) => [name, ...cells.map(({ value, range }) => (range ? `${value} (${range})` : value))]),
  );
}

function weightsTable(weights: readonly ReportedWeight[]): string {
  return table(
    ['weight', 'shape', 'stored as', 'raw', 'packed', 'bits a value', 'relative error', 'remark'],
    weights.map((weight) => [
      escaped(weight.name),
      escaped(shapeText(weight.shape)),
      escaped(storedText(weight)),
      bytesText(weight.originalBytes),
      bytesText(weight.bytes),
      bitsText(weight),
      errorText(weight.relativeError),
      escaped(weight.reason ?? weight.notes.join(' ')),
    ]),
  );
}

/** The first column and words are on the left, numbers on the right. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const words = new Set(['shape', 'stored as', 'remark']);
  const rule = heads.map((head, i) => (i === 0 || words.has(head) ? '---' : '--:'));
  return [heads, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A block of code whose fence is longer than any fence inside. */
function fenced(commands: readonly string[]): string {
  const text = commands.map(plainText).join('\n');
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}sh\n${text}\n${fence}`;
}

function escaped(text: string): string {
  return plainText(text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_[\]|~#]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;');
}
