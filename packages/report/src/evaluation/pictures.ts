// Small pictures of inputs that are images.
import { encode } from 'fast-png';
import type { PlainTensor } from './plain-tensor.ts';

/** Longest side of a small picture in pixels. */
const LONGEST = 96;

/** Makes the picture of one example as a `data:` address. */
export type PictureOf = (index: number) => string;

/** How to draw the examples of a tensor; undefined if they are no images `[n, height, width, 1 or 3]`. */
export function picturesOf({ shape, data }: PlainTensor): PictureOf | undefined {
  const [, height = 0, width = 0, channels = 0] = shape;
  if (shape.length !== 4 || (channels !== 1 && channels !== 3) || height < 4 || width < 4) return undefined;
  const brightness = brightnessFor(data);
  if (!brightness) return undefined;
  // Averages whole blocks of pixels, and repeats pixels of tiny images
  const shrink = Math.max(1, Math.ceil(Math.max(height, width) / LONGEST));
  const size = { width: Math.ceil(width / shrink), height: Math.ceil(height / shrink) };
  return (index) => {
    const example = data.subarray(index * height * width * channels, (index + 1) * height * width * channels);
    const pixels = new Uint8Array(size.width * size.height * channels);
    for (let at = 0; at < pixels.length; at++) {
      const [row, column] = [Math.floor(at / channels / size.width), Math.floor(at / channels) % size.width];
      let [sum, count] = [0, 0];
      for (let y = row * shrink; y < Math.min(height, (row + 1) * shrink); y++) {
        for (let x = column * shrink; x < Math.min(width, (column + 1) * shrink); x++) {
          sum += example[(y * width + x) * channels + (at % channels)];
          count++;
        }
      }
      pixels[at] = brightness(sum / count);
    }
    return `data:image/png;base64,${base64(encode({ ...size, data: pixels, channels }))}`;
  };
}

/** From values to 0 … 255: as they are if they fit 0 … 255, and stretched if they lie in 0 … 1 or −1 … 1 or elsewhere. */
function brightnessFor(data: PlainTensor['data']): ((value: number) => number) | undefined {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of data) {
    if (!Number.isFinite(value)) return undefined;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const known = [
    [0, 1],
    [-1, 1],
    [0, 255],
  ].find(([from, to]) => least >= from && most <= to);
  const [black, white] = known ?? [least, most];
  return (value) => Math.max(0, Math.min(255, Math.round((255 * (value - black)) / (white - black))));
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
