import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summaryCallback } from '../../src/callbacks/index.ts';
import { tensorBoardFile } from '../../src/files/index.ts';
import { histogramOf, type Summary } from '../../src/summaries/index.ts';
import { useTestBackend } from '../backend.ts';
import { compressedNetwork } from '../callbacks/compressed-network.ts';
import { classes, train } from '../networks.ts';
import { readEvents } from './event-reader.ts';

let root = '';

beforeAll(async () => {
  await useTestBackend();
  root = await mkdtemp(join(tmpdir(), 'gcompress-'));
});

afterAll(() => rm(root, { recursive: true }));

/** The summaries in an event file. */
async function readSummaries(path: string): Promise<Summary[]> {
  const events = await readEvents(path);
  return events.flatMap(({ step, summary }) =>
    (summary?.value ?? []).map(({ tag, simpleValue }) => ({ tag, step, value: simpleValue })),
  );
}

describe('tensorBoardFile', () => {
  it('writes version, time, steps, tags and values as TensorBoard reads them', async () => {
    const file = await tensorBoardFile(join(root, 'new', 'folder'));
    await file.write([
      { tag: 'loss', step: 0, value: 2.5 },
      { tag: 'fc1/alpha', step: 0, value: 1 },
      { tag: 'fc1/alpha', step: 2 ** 40, value: Number.NaN },
    ]);
    await file.close();
    const events = await readEvents(file.path);
    expect(basename(file.path)).toMatch(/^events\.out\.tfevents\.\d{10}\./);
    expect(
      events.map(({ fileVersion, sessionLog, step, summary }) => [fileVersion ?? sessionLog, step, summary?.value]),
    ).toEqual([
      ['brain.Event:2', 0, undefined],
      [{ status: 1 }, 0, undefined],
      [
        undefined,
        0,
        [
          { tag: 'loss', simpleValue: 2.5 },
          { tag: 'fc1/alpha', simpleValue: 1 },
        ],
      ],
      [undefined, 2 ** 40, [{ tag: 'fc1/alpha', simpleValue: Number.NaN }]],
    ]);
    expect(new Date(events[1].wallTime * 1000).getFullYear()).toBe(new Date().getFullYear());
  });

  it('writes any tags and numbers', async () => {
    const code = fc.integer({ min: 0, max: 0x10ffff }).filter((value) => value < 0xd800 || value > 0xdfff);
    const character = code.map((value) => String.fromCodePoint(value));
    const summary = fc.record({
      tag: fc.string({ unit: character }),
      step: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      value: fc.float(),
    });
    const property = fc.asyncProperty(fc.array(summary, { maxLength: 20 }), async (summaries) => {
      const file = await tensorBoardFile(join(root, 'any'));
      await Promise.all(summaries.map((one) => file.write([one])));
      await file.close();
      expect(await readSummaries(file.path)).toEqual(summaries);
    });
    await fc.assert(property, { numRuns: 5 });
  });

  it('writes histograms', async () => {
    const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e100, max: 1e100 }), {
      maxLength: 50,
    });
    const property = fc.asyncProperty(values, async (numbers) => {
      const file = await tensorBoardFile(join(root, 'histograms'));
      const histogram = histogramOf(numbers);
      await file.write([
        { tag: 'weights', step: 3, histogram },
        { tag: 'loss', step: 3, value: 1 },
      ]);
      await file.close();
      const [{ histo, tag }, { simpleValue }] = (await readEvents(file.path))[2].summary?.value ?? [];
      const { count: num, sumOfSquares: sumSquares, limits: bucketLimit, counts: bucket, ...same } = histogram;
      expect([tag, histo, simpleValue]).toEqual(['weights', { ...same, num, sumSquares, bucketLimit, bucket }, 1]);
    });
    await fc.assert(property, { numRuns: 20 });
  });

  it('refuses anything but summaries, and then writes nothing', async () => {
    const file = await tensorBoardFile(join(root, 'refused'));
    const before = await readFile(file.path);
    const whole = histogramOf([1, 2]);
    const others = [null, undefined, 1, 'text', {}, [], () => 1];
    const calls: unknown[] = [
      ...others.filter((other) => !Array.isArray(other)),
      ...others.map((other) => [other]),
      ...others.map((value) => [{ tag: value, step: 0, value: 1 }]).filter(([{ tag }]) => typeof tag !== 'string'),
      ...others.map((value) => [{ tag: 'x', step: value, value: 1 }]).filter(([{ step }]) => typeof step !== 'number'),
      ...others.map((value) => [{ tag: 'x', step: 0, value }]).filter(([{ value }]) => typeof value !== 'number'),
      ...others.map((histogram) => [{ tag: 'x', step: 0, histogram }]),
      ...Object.keys(whole).map((key) => [{ tag: 'x', step: 0, histogram: { ...whole, [key]: 'other' } }]),
      [{ tag: 'x', step: 0, histogram: { ...whole, counts: [] } }],
    ];
    for (const summaries of calls) {
      await expect(file.write(summaries as Summary[])).rejects.toMatchObject({ code: 'invalid-option' });
    }
    await file.close();
    expect(await readFile(file.path)).toEqual(before);
  });

  it('writes the summaries of a training with compressed layers', async () => {
    const { model, callback } = compressedNetwork();
    const file = await tensorBoardFile(join(root, 'training'));
    const seen: Summary[] = [];
    const writers = [file, { write: (summaries: readonly Summary[]) => void seen.push(...summaries) }];
    await train(model, classes(), 3, [callback, summaryCallback(writers, { every: 4 })]);
    // Not closed: a program that crashes must not lose what was written
    expect(await readSummaries(file.path)).toEqual(seen.map((one) => ({ ...one, value: Math.fround(one.value) })));
    expect(seen.length).toBe(4 * 7 + 3 * 2 - 1);
    await file.close();
  });

  it('makes a new file for each run in a folder, and refuses writes after it is closed', async () => {
    const folder = join(root, 'runs');
    const first = await tensorBoardFile(folder);
    await first.write([{ tag: 'loss', step: 0, value: 1 }]);
    const bytes = await readFile(first.path);
    const second = await tensorBoardFile(folder);
    await second.write([{ tag: 'loss', step: 1, value: 0.5 }]);
    await Promise.all([first.close(), second.close(), second.close()]);
    expect((await readdir(folder)).sort()).toEqual([basename(first.path), basename(second.path)].sort());
    expect(await readFile(first.path)).toEqual(bytes);
    await expect(first.write([{ tag: 'loss', step: 2, value: 0 }])).rejects.toMatchObject({ code: 'disposed' });
  });

  it('refuses a folder that cannot be written before any training', async () => {
    const blocked = join(root, 'a-file');
    await writeFile(blocked, 'kept');
    await expect(tensorBoardFile(join(blocked, 'runs'))).rejects.toMatchObject({ code: 'file-write' });
    await expect(tensorBoardFile(blocked)).rejects.toThrow(/a-file': expected a place that can be written/);
    expect(await readFile(blocked, 'utf8')).toBe('kept');
  });
});
