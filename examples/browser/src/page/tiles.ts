// The tiles with the current step, alpha, accuracy and size.
import { DENSE_BYTES } from '../network/sizes.ts';
import { type Settings, totalSteps } from '../settings.ts';
import { byId } from '../ui/dom.ts';
import { integer, kilobytes, percent } from '../ui/format.ts';
import type { EvaluationPoint, LoadedNetwork, StepPoint } from '../worker/trainer-api.ts';

/** Writes a figure and the line below it. */
function write(tile: 'step' | 'alpha' | 'accuracy' | 'bytes', figure: string, hint: string): void {
  byId(`tile-${tile}`, HTMLElement).textContent = figure;
  byId(`tile-${tile}-hint`, HTMLElement).textContent = hint;
}

/** The figures before a training with these settings. */
export function showNothingYet(settings: Settings): void {
  write('step', '0', `of ${integer(totalSteps(settings))}`);
  write('alpha', '1.00', alphaInWords(1));
  write('accuracy', '–', 'of 1,000 digits');
  write('bytes', kilobytes(DENSE_BYTES), 'dense, float32');
}

/** The figures after a training step. */
export function showStep({ step, alpha, bytes }: StepPoint, settings: Settings): void {
  write('step', integer(step), `of ${integer(totalSteps(settings))}`);
  write('alpha', alpha.toFixed(2), alphaInWords(alpha));
  write('bytes', kilobytes(bytes), bytesInWords(alpha, bytes));
}

/** The figures after an evaluation. */
export function showEvaluation({ denseAccuracy, compressedAccuracy }: EvaluationPoint): void {
  if (compressedAccuracy === undefined) write('accuracy', percent(denseAccuracy), 'dense');
  else write('accuracy', percent(compressedAccuracy), `dense: ${percent(denseAccuracy)}`);
}

/** The figures of a network that was loaded. */
export function showLoaded({ accuracy, weightBytes }: LoadedNetwork): void {
  write('step', '–', 'loaded from a file');
  write('alpha', '0.00', alphaInWords(0));
  write('accuracy', percent(accuracy), 'of 1,000 digits');
  write('bytes', kilobytes(weightBytes), bytesInWords(0, weightBytes));
}

function alphaInWords(alpha: number): string {
  if (alpha === 1) return 'only A';
  return alpha === 0 ? 'only Ŵ is left' : 'A and Ŵ';
}

function bytesInWords(alpha: number, bytes: number): string {
  if (alpha === 1) return 'dense, float32';
  return alpha === 0 ? `${(DENSE_BYTES / bytes).toFixed(1)} × smaller` : 'both forms, while α falls';
}
