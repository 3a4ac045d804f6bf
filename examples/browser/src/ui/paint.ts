// Paints the picture of a digit on a canvas.
import { SIDE } from '../network/architecture.ts';

/** Paints a picture in white on nothing; the canvas gets the size of the picture. */
export function paintPicture(canvas: HTMLCanvasElement, pixels: Float32Array): void {
  canvas.width = SIDE;
  canvas.height = SIDE;
  const image = new ImageData(SIDE, SIDE);
  for (let i = 0; i < pixels.length; i++) image.data.set([255, 255, 255, Math.round(pixels[i] * 255)], 4 * i);
  context(canvas).putImageData(image, 0, 0);
}

/** The canvas's context for drawing. */
export function context(
  canvas: HTMLCanvasElement,
  options?: CanvasRenderingContext2DSettings,
): CanvasRenderingContext2D {
  const found = canvas.getContext('2d', options);
  if (!found) throw new Error('This browser cannot draw on a canvas.');
  return found;
}
