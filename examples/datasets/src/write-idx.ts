// Writes IDX files.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mnistFolder } from './digits.ts';
import type { IdxArray } from './idx.ts';
import { readIdxFile } from './idx-file.ts';

/** The bytes of an IDX file. */
export function idxFile({ shape, data }: IdxArray): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint8(2, 0x08);
  header.setUint8(3, shape.length);
  for (const [axis, side] of shape.entries()) header.setUint32(4 + 4 * axis, side);
  return Buffer.concat([new Uint8Array(header.buffer), data]);
}

/** Writes the first pictures of MNIST as a small data set of its own: `count` to train, and as many to test. For tests. */
export function writeSmallMnist(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  for (const part of ['train', 't10k']) {
    for (const kind of ['images-idx3', 'labels-idx1']) {
      const name = `${part}-${kind}-ubyte`;
      const { shape, data } = readIdxFile(join(mnistFolder(), name));
      const size = shape.slice(1).reduce((product, side) => product * side, count);
      writeFileSync(join(folder, name), idxFile({ shape: [count, ...shape.slice(1)], data: data.subarray(0, size) }));
    }
  }
}
