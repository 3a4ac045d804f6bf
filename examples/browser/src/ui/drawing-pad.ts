// A pad to draw a digit on.
import { normalizeInk } from '../digits/normalize-ink.ts';
import { element } from './dom.ts';
import { context, paintPicture } from './paint.ts';

/** Pixels of a side of the pad. */
const PAD_SIDE = 280;
/** Width of a stroke in pixels of the pad: about that of the digits in MNIST. */
const STROKE = 22;

/** A pad to draw a digit on, or to show one. */
export class DrawingPad {
  readonly #canvas = element('canvas', { width: PAD_SIDE, height: PAD_SIDE, className: 'pad' });
  readonly #clear = element('button', { type: 'button', textContent: 'Clear' });
  readonly #onChange: (pixels: Float32Array | undefined) => void;
  /** Whether the pad shows a picture, which the first stroke takes away. */
  #showsPicture = false;

  /** @param onChange called with what a network is to read, `[784]`, and with nothing when the pad is cleared. */
  constructor(container: HTMLElement, onChange: (pixels: Float32Array | undefined) => void) {
    this.#onChange = onChange;
    const canvas = this.#canvas;
    canvas.setAttribute('role', 'img');
    canvas.setAttribute(
      'aria-label',
      'Drawing pad, for a mouse, a pen or a finger. By keyboard, pick a test digit instead.',
    );
    container.append(
      element('h3', { textContent: 'Draw' }),
      canvas,
      element('div', { className: 'actions' }, this.#clear),
    );
    canvas.addEventListener('pointerdown', (event) => this.#begin(event));
    canvas.addEventListener('pointermove', (event) => this.#draw(event));
    canvas.addEventListener('pointerup', () => this.#read());
    this.#clear.addEventListener('click', () => this.clear());
  }

  /** Shows a picture, `[784]`. */
  show(pixels: Float32Array): void {
    paintPicture(this.#canvas, pixels);
    this.#showsPicture = true;
    this.#onChange(pixels);
  }

  clear(): void {
    this.#blank();
    this.#onChange(undefined);
  }

  #blank(): void {
    // Setting the size clears the canvas and what its context was told
    this.#canvas.width = PAD_SIDE;
    this.#canvas.height = PAD_SIDE;
    this.#showsPicture = false;
    Object.assign(this.#ink, { lineWidth: STROKE, lineCap: 'round', lineJoin: 'round', strokeStyle: 'white' });
  }

  get #ink(): CanvasRenderingContext2D {
    return context(this.#canvas, { willReadFrequently: true });
  }

  #begin(event: PointerEvent): void {
    if (this.#showsPicture || this.#ink.lineWidth !== STROKE) this.#blank();
    this.#canvas.setPointerCapture(event.pointerId);
    this.#ink.beginPath();
    this.#ink.moveTo(...this.#position(event));
    this.#draw(event);
  }

  #draw(event: PointerEvent): void {
    if (!this.#canvas.hasPointerCapture(event.pointerId)) return;
    this.#ink.lineTo(...this.#position(event));
    this.#ink.stroke();
  }

  #read(): void {
    const { data } = this.#ink.getImageData(0, 0, PAD_SIDE, PAD_SIDE);
    const opacities = Uint8ClampedArray.from({ length: PAD_SIDE ** 2 }, (_, i) => data[4 * i + 3]);
    this.#onChange(normalizeInk(opacities, PAD_SIDE));
  }

  #position({ offsetX, offsetY }: PointerEvent): [x: number, y: number] {
    const scale = this.#canvas.width / this.#canvas.clientWidth;
    return [offsetX * scale, offsetY * scale];
  }
}
