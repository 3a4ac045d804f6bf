// The digits that the page carries, and how they are loaded.
import type { Digits } from '@gcompress/example-datasets';
import { readIdx } from '@gcompress/example-datasets/idx';
import { PIXELS } from '../network/architecture.ts';

/** How many digits the page carries, of 60,000 and 10,000. */
export const DIGIT_COUNTS = { train: 6000, test: 1000 } as const;

/** What the digits are for. */
export type DigitsPart = keyof typeof DIGIT_COUNTS;

/** Names of the files with the digits, in the folder `digits` beside the page. */
export function digitFiles(part: DigitsPart): { readonly images: string; readonly labels: string } {
  return { images: `${part}-images.idx3-ubyte`, labels: `${part}-labels.idx1-ubyte` };
}

/**
 * The digits of the page.
 *
 * @param folder URL of the folder with the files.
 * @throws Error when a file cannot be fetched; GCompressError when it is damaged.
 */
export async function loadDigits(part: DigitsPart, folder: URL): Promise<Digits> {
  const { images, labels } = digitFiles(part);
  const [pictures, names] = await Promise.all([fetchIdx(images, folder), fetchIdx(labels, folder)]);
  return {
    count: pictures.shape[0],
    images: Float32Array.from(pictures.data, (level) => level / 255),
    labels: names.data,
  };
}

/** Grey levels of one picture, `[784]` from 0 to 1. */
export function pictureOf({ images }: Digits, index: number): Float32Array {
  return images.slice(index * PIXELS, (index + 1) * PIXELS);
}

async function fetchIdx(name: string, folder: URL) {
  const response = await fetch(new URL(name, folder));
  if (!response.ok)
    throw new Error(`The digits could not be loaded: ${name}, status ${response.status}. Reload the page.`);
  return readIdx(new Uint8Array(await response.arrayBuffer()), name);
}
