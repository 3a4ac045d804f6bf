// Shows the first weight matrix and its compressed form as pictures.
import { SIDE } from '../network/architecture.ts';
import { element } from '../ui/dom.ts';
import { context } from '../ui/paint.ts';
import type { MatrixSnapshot } from '../worker/trainer-api.ts';
import { color, onThemeChange } from './theme.ts';

/** Columns of the matrix that are shown as pictures, in rows of eight. */
const PICTURES = 64;
const PER_ROW = 8;
/** Colours are full at this many times the root mean square of the entries. */
const FULL_COLOR = 3;

type View = 'pictures' | 'matrix';
type Paint = (values: Float32Array, scale: number) => ImageData;

/** The first weight matrix beside its compressed form, as pictures of its columns or as it is. */
export class MatrixView {
  readonly #panes: readonly Pane[];
  readonly #grid: HTMLElement;
  #view: View = 'pictures';
  #snapshot: MatrixSnapshot | undefined;

  constructor(container: HTMLElement) {
    const views = element('fieldset', { className: 'choices small' }, element('legend', { textContent: 'Show' }));
    views.append(this.#choice('pictures', '64 columns as pictures'), this.#choice('matrix', 'All entries'));
    this.#panes = [new Pane('A'), new Pane('Ŵ')];
    this.#grid = element('div', { className: 'matrices' }, ...this.#panes.map(({ figure }) => figure));
    container.append(views, this.#grid);
    onThemeChange(() => this.#draw());
    this.#draw();
  }

  show(snapshot: MatrixSnapshot | undefined): void {
    this.#snapshot = snapshot;
    this.#draw();
  }

  #choice(view: View, text: string): HTMLLabelElement {
    const radio = element('input', { type: 'radio', name: 'view', value: view, checked: view === this.#view });
    radio.addEventListener('change', () => {
      this.#view = view;
      this.#draw();
    });
    return element('label', {}, radio, element('span', { textContent: text }));
  }

  #draw(): void {
    const { matrix, compressed, shape = [0, 0], relativeError } = this.#snapshot ?? {};
    const known = matrix ?? compressed;
    const scale = FULL_COLOR * rootMeanSquare(known ?? new Float32Array(1));
    const paint: Paint = this.#view === 'pictures' ? columnsAsPictures(shape[1]) : transposedEntries(shape);
    this.#grid.classList.toggle('stacked', this.#view === 'matrix');
    const [dense, other] = this.#panes;
    dense.show(matrix && paint(matrix, scale), 'A', known ? 'not in the file' : 'appears when the training starts');
    const error = relativeError === undefined ? '' : `, ‖A − Ŵ‖ / ‖A‖ = ${relativeError.toFixed(3)}`;
    other.show(compressed && paint(compressed, scale), `Ŵ${error}`, 'appears when the compression begins');
  }
}

/** A canvas with a caption, or with words in its place. */
class Pane {
  readonly #canvas = element('canvas');
  readonly #caption = element('figcaption');
  readonly #waiting = element('p', { className: 'waiting' });
  readonly figure = element('figure', {}, this.#caption, this.#canvas, this.#waiting);

  constructor(name: string) {
    this.#canvas.setAttribute('role', 'img');
    this.#canvas.setAttribute('aria-label', `Entries of ${name} as colours`);
  }

  show(image: ImageData | undefined, caption: string, waiting: string): void {
    this.#caption.textContent = caption;
    this.#canvas.hidden = image === undefined;
    this.#waiting.hidden = image !== undefined;
    this.#waiting.textContent = waiting;
    if (!image) return;
    this.#canvas.width = image.width;
    this.#canvas.height = image.height;
    context(this.#canvas).putImageData(image, 0, 0);
  }
}

/** Each column of a matrix `[784, cols]` as a picture of 28 × 28, with a pixel between them. */
function columnsAsPictures(cols: number): Paint {
  const cell = SIDE + 1;
  return (values, scale) => {
    const image = new ImageData(PER_ROW * cell - 1, Math.ceil(PICTURES / PER_ROW) * cell - 1);
    const colors = diverging(scale);
    for (let column = 0; column < PICTURES; column++) {
      const corner = Math.floor(column / PER_ROW) * cell * image.width + (column % PER_ROW) * cell;
      for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
        const at = corner + Math.floor(pixel / SIDE) * image.width + (pixel % SIDE);
        image.data.set(colors(values[pixel * cols + column]), 4 * at);
      }
    }
    return image;
  };
}

/** A matrix `[rows, cols]` lying on its side, a pixel for each entry. */
function transposedEntries([rows, cols]: readonly [number, number]): Paint {
  return (values, scale) => {
    const image = new ImageData(rows, cols);
    const colors = diverging(scale);
    for (let row = 0; row < rows; row++) {
      for (let col = 0; col < cols; col++) image.data.set(colors(values[row * cols + col]), 4 * (col * rows + row));
    }
    return image;
  };
}

/** From the colour of negative entries over that of zero to that of positive ones. */
function diverging(scale: number): (value: number) => readonly number[] {
  const [negative, zero, positive] = ['negative', 'zero', 'positive'].map((name) => rgb(color(name)));
  return (value) => {
    const part = Math.min(1, Math.abs(value) / scale);
    const end = value < 0 ? negative : positive;
    return [...zero.map((from, i) => from + part * (end[i] - from)), 255];
  };
}

/** `#rrggbb` → three numbers from 0 to 255. */
function rgb(hex: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

function rootMeanSquare(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length) || 1;
}
