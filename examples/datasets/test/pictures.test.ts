import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isGCompressError } from '@gcompress/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mnist, NO_PICTURES, pictures } from '../src/index.ts';
import { idxFile, writeSmallMnist } from '../src/write-idx.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'gcompress-pictures-'));
});
afterAll(() => rmSync(root, { recursive: true }));

function folderOf(name: string, files: Readonly<Record<string, Uint8Array>>): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(folder, file), bytes);
  return folder;
}

/** The code of the error that `read` throws. */
function codeOf(read: () => unknown): string | undefined {
  try {
    read();
  } catch (error) {
    return isGCompressError(error) ? error.code : String(error);
  }
  return undefined;
}

describe('IDX files', () => {
  it('become coloured pictures with a black border', () => {
    const folder = join(root, 'mnist');
    writeSmallMnist(folder, 3);
    const { count, pixels, labels } = pictures(folder, 'train');
    const digits = mnist('train', 3);
    expect([count, pixels.length, [...labels]]).toEqual([3, 3 * 32 * 32 * 3, [...digits.labels]]);
    for (let i = 0; i < 3; i++) {
      for (let row = 0; row < 32; row++) {
        for (let column = 0; column < 32; column++) {
          const inside = row >= 2 && row < 30 && column >= 2 && column < 30;
          const level = inside ? Math.round(digits.images[(i * 28 + row - 2) * 28 + column - 2] * 255) : 0;
          const at = ((i * 32 + row) * 32 + column) * 3;
          if (pixels[at] !== level || pixels[at + 1] !== level || pixels[at + 2] !== level) {
            expect([row, column, [...pixels.subarray(at, at + 3)]]).toEqual([row, column, [level, level, level]]);
          }
        }
      }
    }
  });

  const images = idxFile({ shape: [2, 2, 3], data: Uint8Array.from({ length: 12 }, (_, i) => i) });
  const labels = idxFile({ shape: [2], data: Uint8Array.of(7, 1) });
  const named = (imageFile: Uint8Array, labelFile: Uint8Array, suffix = '') => ({
    [`train-images-idx3-ubyte${suffix}`]: imageFile,
    [`train-labels-idx1-ubyte${suffix}`]: labelFile,
  });

  it('may be gzipped', () => {
    const plain = pictures(folderOf('plain', named(images, labels)), 'train');
    expect(pictures(folderOf('gzipped', named(gzipSync(images), gzipSync(labels), '.gz')), 'train')).toEqual(plain);
    expect([plain.count, [...plain.labels]]).toEqual([2, [7, 1]]);
  });

  it.each([
    [
      'a magic number of another type',
      named(
        images.map((byte, i) => (i === 2 ? 0x0d : byte)),
        labels,
      ),
      'file-header',
    ],
    ['too few bytes', named(images.subarray(0, -1), labels), 'file-truncated'],
    ['too many bytes', named(Buffer.concat([images, images]), labels), 'file-truncated'],
    [
      'a gzip file that was cut off',
      named(gzipSync(images).subarray(0, -9), gzipSync(labels), '.gz'),
      'file-truncated',
    ],
    ['fewer labels', named(images, idxFile({ shape: [1], data: Uint8Array.of(1) })), 'file-header'],
    ['a label of 10', named(images, idxFile({ shape: [2], data: Uint8Array.of(1, 10) })), 'file-header'],
    ['no labels', { 'train-images-idx3-ubyte': images }, 'file-read'],
    [
      'pictures that are too large',
      named(idxFile({ shape: [2, 1, 33], data: new Uint8Array(66) }), labels),
      'file-header',
    ],
  ] as const)('are refused with %s', (name, files, code) => {
    expect(codeOf(() => pictures(folderOf(name, files), 'train'))).toBe(code);
  });
});

describe('CIFAR-10', () => {
  const RECORD = 3073;
  const BYTES = 10_000 * RECORD;

  /** A batch whose first and last record have these labels and levels; all others are black airplanes. */
  function writeBatch(path: string, label: number): void {
    const record = new Uint8Array(RECORD);
    record[0] = label;
    for (let at = 1; at < RECORD; at++) record[at] = (at * 7 + label) % 256;
    writeFileSync(path, record);
    truncateSync(path, BYTES - RECORD);
    writeFileSync(path, record, { flag: 'a' });
  }

  it('is read from its binary batches, also in the folder of the archive', () => {
    const inner = join(root, 'cifar', 'cifar-10-batches-bin');
    mkdirSync(inner, { recursive: true });
    writeBatch(join(inner, 'test_batch.bin'), 4);
    const { count, pixels, labels } = pictures(join(root, 'cifar'), 'test');
    expect([count, labels[0], labels[1], labels[9999]]).toEqual([10_000, 4, 0, 4]);
    const [row, column] = [5, 17];
    const levels = [0, 1, 2].map((channel) => ((1 + channel * 1024 + row * 32 + column) * 7 + 4) % 256);
    for (const picture of [0, 9999]) {
      const at = ((picture * 32 + row) * 32 + column) * 3;
      expect([...pixels.subarray(at, at + 3)]).toEqual(levels);
    }
    expect(pixels[RECORD]).toBe(0);
  });

  it.each([
    ['shorter', (path: string) => truncateSync(path, BYTES - 1), 'file-truncated'],
    ['cut off between two records', (path: string) => truncateSync(path, BYTES - RECORD), 'file-truncated'],
    ['longer', (path: string) => truncateSync(path, BYTES + RECORD), 'file-truncated'],
    ['of CIFAR-100 or another kind', (path: string) => writeBatch(path, 11), 'file-header'],
  ])('is refused when a batch is %s', (name, damage, code) => {
    const folder = folderOf(name, {});
    const path = join(folder, 'test_batch.bin');
    writeBatch(path, 1);
    damage(path);
    expect(codeOf(() => pictures(folder, 'test'))).toBe(code);
  });

  it('is refused when a batch is missing', () => {
    const folder = folderOf('incomplete', {});
    writeBatch(join(folder, 'test_batch.bin'), 1);
    expect(codeOf(() => pictures(folder, 'train'))).toBe('file-read');
  });
});

it('says when a folder has no pictures at all', () => {
  expect(codeOf(() => pictures(root, 'train'))).toBe(NO_PICTURES);
  expect(codeOf(() => pictures(join(root, 'absent'), 'test'))).toBe(NO_PICTURES);
});
