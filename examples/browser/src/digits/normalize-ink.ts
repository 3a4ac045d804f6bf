// Turns a drawing into a picture like those of MNIST.
import { PIXELS, SIDE } from '../network/architecture.ts';

/** Pixels that the larger side of a digit takes in the pictures of MNIST. */
const DIGIT_SIDE = 20;

/**
 * A drawing as MNIST has its pictures: the ink scaled to 20 pixels on its larger side, and its centre of mass in the middle of
 * 28 × 28.
 *
 * @param ink opacities from 0 to 255, row-major, `[side, side]`.
 * @returns grey levels from 0 to 1, `[784]`; undefined when there is no ink.
 */
export function normalizeInk(ink: Uint8ClampedArray, side: number): Float32Array | undefined {
  let [left, right, top, bottom] = [side, -1, side, -1];
  let [total, sumX, sumY] = [0, 0, 0];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const level = ink[y * side + x];
      if (level === 0) continue;
      [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
      total += level;
      sumX += level * (x + 0.5);
      sumY += level * (y + 0.5);
    }
  }
  if (total === 0) return undefined;
  const scale = Math.max(right - left + 1, bottom - top + 1) / DIGIT_SIDE;
  const originX = sumX / total - (SIDE / 2) * scale;
  const originY = sumY / total - (SIDE / 2) * scale;
  const pixels = new Float32Array(PIXELS);
  for (let i = 0; i < PIXELS; i++) {
    const x = originX + (i % SIDE) * scale;
    const y = originY + Math.floor(i / SIDE) * scale;
    pixels[i] = meanOf(ink, side, x, y, scale) / 255;
  }
  return pixels;
}

/** Mean opacity of a square with this corner and width, of which any part may lie outside, where there is no ink. */
function meanOf(ink: Uint8ClampedArray, side: number, x: number, y: number, width: number): number {
  let sum = 0;
  for (let row = Math.max(0, Math.floor(y)); row < Math.min(side, y + width); row++) {
    const height = Math.min(row + 1, y + width) - Math.max(row, y);
    for (let col = Math.max(0, Math.floor(x)); col < Math.min(side, x + width); col++) {
      sum += ink[row * side + col] * height * (Math.min(col + 1, x + width) - Math.max(col, x));
    }
  }
  return sum / width ** 2;
}
