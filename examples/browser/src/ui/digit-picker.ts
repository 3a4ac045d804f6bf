// Test digits to choose one from.
import type { Digits } from '@gcompress/example-datasets';
import { pictureOf } from '../digits/digits.ts';
import { element } from './dom.ts';
import { paintPicture } from './paint.ts';

/** Test digits that are shown. */
export const SHOWN = 48;

/** Test digits to choose one from: radio buttons, so that one tab stop and the arrow keys are enough. */
export class DigitPicker {
  readonly #cells: readonly { readonly label: HTMLLabelElement; readonly reading: HTMLSpanElement }[];
  readonly #digits: Digits;

  /** @param onPick called with the picture that is chosen, `[784]`. */
  constructor(container: HTMLElement, digits: Digits, onPick: (pixels: Float32Array) => void) {
    this.#digits = digits;
    this.#cells = Array.from({ length: SHOWN }, (_, i) => cell(digits, i, onPick));
    const group = element('fieldset', { className: 'picker' }, element('legend', { textContent: 'Test digits' }));
    group.append(...this.#cells.map(({ label }) => label));
    container.append(group);
  }

  /** Writes under each digit what is read in it; wrong ones are marked. */
  showReadings(readings: Uint8Array): void {
    for (const [i, { label, reading }] of this.#cells.entries()) {
      const wrong = readings[i] !== this.#digits.labels[i];
      reading.textContent = String(readings[i]);
      label.classList.toggle('wrong', wrong);
      label.title = wrong ? `A ${this.#digits.labels[i]}, read as ${readings[i]}` : `Read as ${readings[i]}`;
    }
  }
}

function cell(digits: Digits, index: number, onPick: (pixels: Float32Array) => void) {
  const pixels = pictureOf(digits, index);
  const canvas = element('canvas');
  paintPicture(canvas, pixels);
  const radio = element('input', { type: 'radio', name: 'digit', value: String(index) });
  radio.setAttribute('aria-label', `Test digit ${index + 1}, a ${digits.labels[index]}`);
  radio.addEventListener('change', () => onPick(pixels));
  // A chosen radio button does not change when it is chosen again, after something was drawn
  radio.addEventListener('click', () => onPick(pixels));
  const reading = element('span', { className: 'reading' });
  return { label: element('label', {}, radio, canvas, reading), reading };
}
