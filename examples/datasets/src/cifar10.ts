// Reads the binary version of CIFAR-10.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GCompressError } from '@gcompress/core';
import type { Part } from './idx-folder.ts';
import { CHANNELS, type Pictures, SIDE } from './pictures.ts';

// https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version": a record is a label and then all red, all green and all blue
// levels, row by row; a file has 10,000 records and nothing else.

const PLANE = SIDE * SIDE;
const RECORD_BYTES = 1 + CHANNELS * PLANE;
const RECORDS = 10_000;

const FILES = {
  train: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`),
  test: ['test_batch.bin'],
} as const;

/** The folder with the binary batches: the given one, or the one in it that the archive unpacks to; undefined when there are none. */
export function cifar10Folder(folder: string): string | undefined {
  const files = [...FILES.train, ...FILES.test];
  return [folder, join(folder, 'cifar-10-batches-bin')].find((place) =>
    files.some((file) => existsSync(join(place, file))),
  );
}

/**
 * Reads CIFAR-10's binary batches: 50,000 pictures to train or 10,000 to test.
 *
 * @throws GCompressError `file-read` for a missing batch, `file-truncated` for one of another size, `file-header` for a label
 * that is none.
 */
export function readCifar10(folder: string, part: Part): Pictures {
  const files = FILES[part];
  const count = files.length * RECORDS;
  const pixels = new Uint8Array(count * CHANNELS * PLANE);
  const labels = new Uint8Array(count);
  for (const [batch, name] of files.entries()) {
    const file = readBatch(join(folder, name));
    for (let record = 0; record < RECORDS; record++) {
      const at = record * RECORD_BYTES;
      const index = batch * RECORDS + record;
      labels[index] = checkedLabel(file[at], join(folder, name), record);
      interleave(file.subarray(at + 1, at + RECORD_BYTES), pixels, index * CHANNELS * PLANE);
    }
  }
  return { count, pixels, labels };
}

function readBatch(path: string): Uint8Array {
  if (!existsSync(path)) {
    throw new GCompressError('file-read', {
      where: path,
      expected: 'a batch of CIFAR-10',
      actual: 'no such file',
      hint: 'Unpack the whole archive cifar-10-binary.tar.gz.',
    });
  }
  const file = readFileSync(path);
  if (file.length !== RECORDS * RECORD_BYTES) {
    throw new GCompressError('file-truncated', {
      where: path,
      expected: `${RECORDS * RECORD_BYTES} bytes (${RECORDS} records of ${RECORD_BYTES})`,
      actual: `${file.length}`,
      hint: 'Download or unpack the archive again.',
    });
  }
  return file;
}

function checkedLabel(label: number, path: string, record: number): number {
  if (label <= 9) return label;
  throw new GCompressError('file-header', {
    where: `${path}, record ${record}`,
    expected: 'a label from 0 to 9',
    actual: `${label}`,
    hint: 'This is no batch of CIFAR-10 (CIFAR-100 has two labels a record).',
  });
}

/** From one plane a colour to the three levels of each pixel side by side. */
function interleave(planes: Uint8Array, into: Uint8Array, offset: number): void {
  for (let pixel = 0; pixel < PLANE; pixel++) {
    const at = offset + pixel * CHANNELS;
    into[at] = planes[pixel];
    into[at + 1] = planes[PLANE + pixel];
    into[at + 2] = planes[2 * PLANE + pixel];
  }
}
