// Files that an earlier version wrote, pinned: later versions must read them to the same bits.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { kMeans } from '@gcompress/kmeans';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { lowRank } from '@gcompress/lowrank';
import { lowRankFormat } from '@gcompress/lowrank/format';
import { uniform } from '@gcompress/uniform';
import { expect, it } from 'vitest';
import { rowDecoder } from '../src/formats/index.ts';
import { pack } from '../src/index.ts';
import { packedModel } from '../src/load/index.ts';
import { artifactsOf, graphArtifacts, graphWithCopies, wordNetwork } from './models.ts';

const folder = resolve(import.meta.dirname, '../../../fixtures/packed');
const formats = [rowDecoder(kMeansFormat), rowDecoder(lowRankFormat)];

/** SHA-256 of the decoded weights, one after the other, of each pinned file. */
const DECODED: Readonly<Record<string, string>> = {
  'layers-version-1.gcm': '08d517b72eb3798b9e7100a377ae5bd82acedfb19362b9bedb4d41fc25104b0c',
  'graph-version-1.gcm': '05b7f0deb4c26dad9cadcfb457cac89faba0bc88a5647e3c58e8732d57008398',
  'graph-version-2.gcm': '18376c8c185ae2454cbbc188308839e3dca4aa45bde1ca464bd086e24304b16e',
};

// Run once with WRITE_PINNED=1 when a new version of the file is made; older files stay
it.runIf(process.env.WRITE_PINNED)('writes files that are not there yet', async () => {
  const layers = await artifactsOf(wordNetwork());
  const files = {
    'layers-version-1.gcm': await pack(layers, {
      method: ({ kind }) => (kind === 'embedding' ? kMeans({ levels: 8 }) : uniform({ bits: 4, trellis: 8 })),
    }),
    'graph-version-1.gcm': await pack(graphArtifacts(), {
      method: ({ kind }) => (kind === 'dense' ? lowRank({ rank: 3 }) : uniform({ bits: 5, steps: 'column' })),
    }),
    'graph-version-2.gcm': await pack(graphWithCopies(), {
      method: ({ kind }) => (kind === 'dense' ? kMeans({ levels: 4 }) : uniform({ bits: 4, trellis: 4 })),
    }),
  };
  for (const [name, { bytes }] of Object.entries(files)) {
    if (!existsSync(resolve(folder, name))) writeFileSync(resolve(folder, name), bytes);
  }
});

it.each(Object.entries(DECODED))('%s decodes to the pinned weights', async (name, expected) => {
  const bytes = new Uint8Array(readFileSync(resolve(folder, name)));
  const loaded = await packedModel(bytes, { formats }).load?.();
  const { weightData, weightSpecs = [] } = loaded ?? {};
  const hash = createHash('sha256').update(JSON.stringify(weightSpecs));
  for (const part of [weightData].flat()) hash.update(new Uint8Array(part as ArrayBuffer));
  expect(hash.digest('hex')).toBe(expected);
});
