import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBackend } from '@gcompress/example-program';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assignTensors, checkpointSteps, readCheckpoint, saveCheckpoint, stateOf } from '../src/checkpoint.ts';
import { centredInputs } from '../src/inputs.ts';
import { readStripped, strip, strippedLogits, writeStripped } from '../src/stripped.ts';
import { checksumsOf, disposeOf, HPARAMS, noise, runSteps, smallTraining } from './helpers.ts';

let root = '';
beforeAll(async () => {
  await startBackend('wasm');
  root = await mkdtemp(join(tmpdir(), 'gcompress-cifar10-'));
});
afterAll(() => rm(root, { recursive: true }));

/** Takes a training to the state of a checkpoint. */
async function restore(training: ReturnType<typeof smallTraining>, step: number): Promise<void> {
  const checkpoint = await readCheckpoint(root, step);
  assignTensors(stateOf(training), checkpoint);
  training.step = checkpoint.info.step;
  tf.dispose(checkpoint.tensors);
}

describe('checkpoints', () => {
  it('resume a training bit for bit, in the middle of the compression too', async () => {
    const before = tf.memory().numTensors;
    const unbroken = smallTraining();
    await runSteps(unbroken, 1);
    await saveCheckpoint(root, unbroken, HPARAMS);
    await runSteps(unbroken, 1);
    await saveCheckpoint(root, unbroken, HPARAMS);
    const alphas = [...unbroken.network.operators.values()].map(({ alpha }) => alpha);
    expect(alphas).toEqual([0.5, 0.5]);
    await runSteps(unbroken, 3);
    const expected = checksumsOf(stateOf(unbroken));
    disposeOf(unbroken);
    for (const step of [1, 2]) {
      const resumed = smallTraining();
      await restore(resumed, step);
      await runSteps(resumed, 5 - step);
      expect(checksumsOf(stateOf(resumed))).toEqual(expected);
      disposeOf(resumed);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keep what was there when a write is interrupted, and only the last five', async () => {
    expect(await checkpointSteps(root)).toEqual([2, 1]);
    // As a write leaves it that was killed
    const id = '01234567-89ab-cdef-0123-456789abcdef';
    await mkdir(join(root, 'model.ckpt-3'));
    await writeFile(join(root, 'model.ckpt-3', `weights-${id}.bin`), 'half');
    await writeFile(join(root, 'model.ckpt-3', `.gcompress-model-${id}.partial`), '{');
    expect(await checkpointSteps(root)).toEqual([2, 1]);
    const folder = join(root, 'many');
    for (const step of [10, 2, 9, 1, 11, 3]) {
      await cp(join(root, 'model.ckpt-1'), join(folder, `model.ckpt-${step}`), { recursive: true });
    }
    const training = smallTraining();
    training.step = 12;
    await saveCheckpoint(folder, training, HPARAMS);
    expect(await checkpointSteps(folder)).toEqual([12, 11, 10, 9, 3]);
    expect((await readdir(folder)).length).toBe(5);
    disposeOf(training);
  });

  it('that are old are deleted without what others have put there, which ends no training', async () => {
    const folder = join(root, 'shared');
    for (const step of [1, 2, 3, 4, 5, 6, 7]) {
      await cp(join(root, 'model.ckpt-1'), join(folder, `model.ckpt-${step}`), { recursive: true });
    }
    await writeFile(join(folder, 'model.ckpt-1', 'notes.txt'), 'mine');
    await writeFile(join(folder, 'model.ckpt-2', 'model.json'), '{}');
    const training = smallTraining();
    training.step = 8;
    await saveCheckpoint(folder, training, HPARAMS);
    expect(await readdir(join(folder, 'model.ckpt-1'))).toEqual(['notes.txt']);
    expect(await readFile(join(folder, 'model.ckpt-2', 'model.json'), 'utf8')).toBe('{}');
    expect(await checkpointSteps(folder)).toEqual([8, 7, 6, 5, 4, 2]);
    disposeOf(training);
  });

  it('of a place that cannot be written are refused, and those before stay', async () => {
    const training = smallTraining();
    const file = join(root, 'file');
    await writeFile(file, '');
    await expect(saveCheckpoint(join(file, 'folder'), training, HPARAMS)).rejects.toMatchObject({ code: 'file-write' });
    expect(await checkpointSteps(root)).toEqual([2, 1]);
    disposeOf(training);
  });

  it('of another network are refused before anything changes', async () => {
    for (const [hparams, message] of [
      ['rank=400', /local3\/b with float32 \[2304, 96\], got float32 \[2304, 48\]/],
      ['compression_option=4,rank=16', /local3\/codebook with .*, got a checkpoint without it/],
    ] as const) {
      const other = smallTraining(hparams);
      const before = checksumsOf(stateOf(other));
      await expect(restore(other, 1)).rejects.toThrow(message);
      expect(checksumsOf(stateOf(other))).toEqual(before);
      disposeOf(other);
    }
  });

  it('of a newer version, of another program, or cut off are refused', async () => {
    const damaged = join(root, 'damaged');
    const model = join(damaged, 'model.ckpt-1', 'model.json');
    await cp(join(root, 'model.ckpt-1'), join(damaged, 'model.ckpt-1'), { recursive: true });
    const text = await readFile(model, 'utf8');
    const code = () =>
      readCheckpoint(damaged, 1).then(
        () => 'read',
        ({ code }) => code,
      );
    expect(await code()).toBe('read');
    await writeFile(model, text.replace('"version":1', '"version":2'));
    expect(await code()).toBe('unsupported-version');
    await writeFile(model, text.replace('gcompress-example-cifar10-checkpoint', 'layers-model'));
    expect(await code()).toBe('file-header');
    await writeFile(model, text);
    const weights = /weights-[^"]*\.bin/.exec(text)?.[0] ?? '';
    await truncate(join(damaged, 'model.ckpt-1', weights), 1000);
    expect(await code()).toBe('file-truncated');
  });
});

describe('the stripped network', () => {
  it('is refused while alpha is above 0', async () => {
    const training = smallTraining();
    await runSteps(training, 2);
    await expect(strip(training.network)).rejects.toMatchObject({ code: 'not-ready' });
    disposeOf(training);
  });

  it.each([
    ['low rank', HPARAMS],
    ['k-means', `${HPARAMS.replace('rank=800', 'rank=4')},compression_option=4`],
    ['nothing compressed', ''],
  ])('gives from its file the scores that the network gives (%s)', async (_name, hparams) => {
    const training = smallTraining(hparams);
    await runSteps(training, 4);
    const path = join(root, 'stripped.safetensors');
    await writeStripped(path, await strip(training.network));
    const before = tf.memory().numTensors;
    const stripped = strippedLogits(await readStripped(path));
    tf.tidy(() => {
      const inputs = tf.tensor4d(centredInputs(noise(3), 0, 3), [3, 24, 24, 3]);
      const [expected, actual] = [training.network.logits(inputs, false), stripped.logits(inputs)];
      expect(tf.max(tf.abs(tf.sub(expected, actual))).dataSync()[0]).toBeLessThan(1e-5);
    });
    stripped.dispose();
    expect(tf.memory().numTensors).toBe(before);
    disposeOf(training);
  });
});
