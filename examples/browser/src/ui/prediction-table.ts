// The table of the digits that networks read in a picture.
import { element } from './dom.ts';
import { percent } from './format.ts';

/** What a network makes of a picture. */
export interface Prediction {
  /** Name of the network; also picks its colour. */
  readonly name: 'Dense' | 'Compressed';
  /** Probability of each digit, `[10]`; undefined when the network or a picture is missing. */
  readonly probabilities: Float32Array | undefined;
}

/** Probabilities of the ten digits by one or two networks, as bars in a table. */
export class PredictionTable {
  readonly #verdict = element('p', { className: 'verdict' });
  readonly #head = element('tr');
  readonly #rows = Array.from({ length: 10 }, () => element('tr'));

  constructor(container: HTMLElement) {
    this.#verdict.setAttribute('role', 'status');
    const table = element(
      'table',
      { className: 'prediction' },
      element('thead', {}, this.#head),
      element('tbody', {}, ...this.#rows),
    );
    container.append(element('h3', { textContent: 'What they read' }), this.#verdict, table);
  }

  /** @param waiting what to say as long as there is nothing to show. */
  show(predictions: readonly Prediction[], waiting: string): void {
    const verdicts = predictions.flatMap(({ name, probabilities }) => {
      return probabilities ? [`${name}: ${best(probabilities)}`] : [];
    });
    this.#verdict.textContent = verdicts.length > 0 ? verdicts.join(' · ') : waiting;
    const heads = predictions.map(({ name }) => element('th', { scope: 'col', textContent: name }));
    this.#head.replaceChildren(element('th', { scope: 'col', textContent: 'Digit' }), ...heads);
    for (const [digit, row] of this.#rows.entries()) {
      const cells = predictions.map((prediction) => cell(prediction, digit));
      row.replaceChildren(element('th', { scope: 'row', textContent: String(digit) }), ...cells);
    }
  }
}

function cell({ name, probabilities }: Prediction, digit: number): HTMLTableCellElement {
  const probability = probabilities?.[digit];
  const bar = element('span', { className: `bar ${name.toLowerCase()}` });
  bar.style.inlineSize = `${100 * (probability ?? 0)}%`;
  const made = element(
    'td',
    {},
    element('span', { className: 'track' }, bar),
    element('span', { className: 'number', textContent: probability === undefined ? '–' : percent(probability) }),
  );
  made.classList.toggle('best', probabilities !== undefined && best(probabilities) === digit);
  return made;
}

/** The most probable digit. */
export function best(probabilities: Float32Array): number {
  return probabilities.indexOf(Math.max(...probabilities));
}
