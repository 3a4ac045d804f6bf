// The file that examples/trained-model writes reads digits in Chromium as it does in Node.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mnist } from '@gcompress/example-datasets';
import { startBackend } from '@gcompress/example-program';
import { trainNetwork } from '@gcompress/example-trained-model/job';
import { parseOptions } from '@gcompress/example-trained-model/options';
import { withoutData } from '@gcompress/example-trained-model/paths';
import { packedModel } from '@gcompress/packed/load';
import { modelFolder } from '@gcompress/tfjs/files';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { useBrowser } from './browser.ts';

const browser = useBrowser();
const DIGITS = 8;

it('a trained model, compressed to 40 kB, reads digits on a page', async () => {
  await startBackend('wasm');
  const folder = await mkdtemp(join(tmpdir(), 'gcompress-page-'));
  try {
    await trainNetwork(folder, parseOptions(['--images=4000', '--epochs=2']));
    const file = await withoutData(modelFolder(folder), 40_000);
    expect(file.length).toBeLessThanOrEqual(40_000);
    const page = await browser.open('test-browser/packed.html', {
      before: (made) => made.route('**/small.gcm', (route) => route.fulfill({ body: Buffer.from(file) })),
    });
    await page.waitForFunction(() => 'predictPacked' in globalThis);
    const { images, labels } = mnist('test', DIGITS);
    const model = await tf.loadLayersModel(packedModel(file));
    const expected = await (model.predict(tf.tensor2d(images, [DIGITS, 784])) as tf.Tensor).array();
    let right = 0;
    for (const [digit, probabilities] of (expected as number[][]).entries()) {
      const ink = [...images.subarray(784 * digit, 784 * (digit + 1))];
      const got = await page.evaluate((values) => globalThis.predictPacked('layers', 'small.gcm', 'wasm', values), ink);
      for (const [at, value] of probabilities.entries()) expect(Math.abs(got[at] - value)).toBeLessThan(1e-4);
      if (got.indexOf(Math.max(...got)) === labels[digit]) right++;
    }
    // Guessing gets one of ten
    expect(right).toBeGreaterThanOrEqual(DIGITS / 2);
  } finally {
    await rm(folder, { recursive: true });
  }
});
