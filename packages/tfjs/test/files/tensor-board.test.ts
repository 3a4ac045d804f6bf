import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tensorBoardFile } from '../../src/files/index.ts';
import { histogramOf } from '../../src/summaries/index.ts';

/** Whether TensorBoard itself can be asked; tensor-board-file.test.ts has tests that need no Python. */
const hasTensorBoard = spawnSync('python3', ['-c', 'import tensorboard']).status === 0;

/** A grey picture of 2 × 1. */
const TWO_PIXELS = Uint8Array.from(
  Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAC0lEQVR4nGNg+A8AAQIBAD4FkQMAAAAASUVORK5CYII=', 'base64'),
);

/** What TensorBoard shows of a folder: tag → [step, value], [step, count, sum] of histograms, [step, width, height, bytes] of pictures. */
const READ = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
# 0 keeps all; of histograms it would keep one otherwise
events = EventAccumulator(sys.argv[1], size_guidance={'scalars': 0, 'histograms': 0, 'images': 0})
events.Reload()
shown = {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in events.Tags()['scalars']}
for tag in events.Tags()['histograms']:
    shown[tag] = [[e.step, e.histogram_value.num, e.histogram_value.sum] for e in events.Histograms(tag)]
for tag in events.Tags()['images']:
    shown[tag] = [[e.step, e.width, e.height, len(e.encoded_image_string)] for e in events.Images(tag)]
print(json.dumps(shown))
`;

it.skipIf(!hasTensorBoard)(
  'is shown by TensorBoard; a resumed run replaces the steps it repeats (needs Python with tensorboard)',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gcompress-'));
    for (const first of [0, 3]) {
      const file = await tensorBoardFile(folder);
      for (const step of [first, first + 1, first + 2, first + 3]) {
        await file.write([
          { tag: 'model_compression_summaries/fc1/alpha', step, value: 1 - step / 8 },
          { tag: 'run', step, value: first },
          { tag: 'fc1/weights', step, histogram: histogramOf([step, 1, -2]) },
          { tag: 'images/image/0', step, image: { width: 2, height: 1, png: TWO_PIXELS } },
        ]);
      }
      await file.close();
    }
    const shown = JSON.parse(execFileSync('python3', ['-c', READ, folder], { encoding: 'utf8' }));
    await rm(folder, { recursive: true });
    const steps = [0, 1, 2, 3, 4, 5, 6];
    expect(shown).toEqual({
      'model_compression_summaries/fc1/alpha': steps.map((step) => [step, 1 - step / 8]),
      'fc1/weights': steps.map((step) => [step, 3, step - 1]),
      'images/image/0': steps.map((step) => [step, 2, 1, TWO_PIXELS.length]),
      run: steps.map((step) => [step, step < 3 ? 0 : 3]),
    });
  },
);
