// Stored matrices of version 1 of each format that has a newer one, pinned: later versions must read them to the same bits.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createFormatRegistry, deserialize, stack } from '@gcompress/core';
import { dictLearnFormat } from '@gcompress/dictlearn/format';
import { kMeans } from '@gcompress/kmeans';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { lowRank } from '@gcompress/lowrank';
import { prunedFormat, prunedKMeansFormat } from '@gcompress/pruning/format';
import { expect, it } from 'vitest';

const file = resolve(import.meta.dirname, '../../fixtures/files/formats-version-1.safetensors');

it('matrices of version 1 decode to the pinned values, and keep them when they are stored anew', async () => {
  const stacked = stack(lowRank, { b: kMeans, c: kMeans }).format;
  const registry = createFormatRegistry([dictLearnFormat, kMeansFormat, stacked, prunedFormat, prunedKMeansFormat]);
  const matrices = await deserialize(new Uint8Array(readFileSync(file)), registry);
  const hashes = Object.entries(matrices).map(([name, compressed]) => {
    const { data } = compressed.decompress();
    const again = compressed.format.unpack(compressed.pack());
    expect(again).toEqual(compressed.factors);
    return `${name} ${createHash('sha256').update(new Uint8Array(data.buffer)).digest('hex').slice(0, 16)}`;
  });
  expect(hashes).toMatchInlineSnapshot(`
    [
      "kmeans-entries 849bd058df09e2b6",
      "kmeans-blocks 1bbfa5a764f29489",
      "dictlearn-mask 41077fef11f47855",
      "dictlearn-counts 022a4287d935fcf0",
      "dictlearn-positions 9f925341588b6e22",
      "pruning-gaps 23a7560b9da043cc",
      "pruning-mask 818f9c0be1144811",
      "kmeans-pruning 797ff7b0e7670199",
      "kmeans-pruning-mask fee34f85f8093cf7",
      "stacked 41ae9efe2ba372b8",
    ]
  `);
});
