// The result in a few sentences, for the top of the page and of the Markdown.
import type { Evaluation, ReportData } from '../data/report-data.ts';
import { bytesOf, downloadBytes, downloadName } from './forms.ts';
import { bytesText, comparedText, errorText, percentText, pluralText } from './numbers.ts';

/** The sizes in one sentence. */
export function sizeSentence(data: ReportData): string {
  const packed = bytesOf(data, 'packed').raw;
  const original = bytesOf(data, 'original').raw;
  return (
    `The packed file takes ${bytesText(packed)}: ${comparedText(original, packed)} than the original of ${bytesText(original)}, and ` +
    `${comparedText(downloadBytes(data, 'uint8'), packed)} than ${downloadName(data, 'uint8')} of ${bytesText(downloadBytes(data, 'uint8'))}.`
  );
}

/** The quality in one sentence. */
export function qualitySentence({ evaluation }: ReportData): string {
  if (!evaluation) return 'No inputs were given, so this report does not measure predictions.';
  const { forms, classes, inputs } = evaluation;
  const packed = forms.find(({ form }) => form === 'packed');
  const original = forms.find(({ form }) => form === 'original');
  if (!classes || !packed?.agreement) {
    return `The relative error of the outputs is ${errorText(packed?.relativeError)} over ${pluralText(inputs, 'input')}.`;
  }
  const same = `It predicts the same class as the original for ${percentText(packed.agreement.value)} of ${pluralText(inputs, 'input')}`;
  if (!packed.accuracy || !original?.accuracy) return `${same}.`;
  return `${same}; its accuracy is ${percentText(packed.accuracy.value, 2)}, the original's ${percentText(original.accuracy.value, 2)}.`;
}

/** How far a number of inputs can be trusted. */
export function trustSentence({ inputs, source, classes }: Evaluation): string {
  const from = `Measured on ${pluralText(inputs, 'input')} from ${source}, which the models get unchanged.`;
  if (!classes) return from;
  const least = percentText(1 / inputs, inputs < 1000 ? 1 : 2);
  return `${from} One input is ${least}; the intervals are 95 % (Wilson). Differences below them may be chance.`;
}
