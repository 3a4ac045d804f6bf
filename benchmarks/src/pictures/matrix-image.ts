// A matrix as a picture, a pixel for each entry.
import { encode } from 'fast-png';

const NEGATIVE = [44, 103, 190];
const POSITIVE = [214, 75, 18];

/**
 * A picture of a matrix as a data URL, a pixel an entry: white for 0, blue below and orange above, strongest from ±`limit` on.
 *
 * @param values row-major, `height × width`.
 */
export function matrixImage(values: ArrayLike<number>, width: number, height: number, limit: number): string {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at++) {
    const strength = Math.min(1, Math.abs(values[at]) / limit);
    const color = values[at] < 0 ? NEGATIVE : POSITIVE;
    for (const [channel, value] of color.entries()) data[at * 3 + channel] = 255 + (value - 255) * strength;
  }
  const png = encode({ width, height, data, channels: 3 });
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}
