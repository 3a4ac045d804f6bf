import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvFile } from '../../src/files/index.ts';
import { histogramOf, type Summary } from '../../src/summaries/index.ts';

const HEADER = 'wall_time,step,tag,value';
let root = '';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gcompress-'));
});

afterAll(() => rm(root, { recursive: true }));

/** The lines of a file without their times. */
async function rows(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8');
  return text.split('\n').map((line) => line.replace(/^\d+(\.\d+)?,/, ''));
}

describe('csvFile', () => {
  it('writes a row for each summary, and quotes tags that need it', async () => {
    const file = await csvFile(join(root, 'new/folder/table.csv'));
    await file.write([
      { tag: 'loss', step: 0, value: 0.1 },
      { tag: 'a, "b"', step: 1, value: Number.NaN },
    ]);
    await file.close();
    expect(await rows(file.path)).toEqual([HEADER, '0,loss,0.1', '1,"a, ""b""",NaN', '']);
    expect(await readFile(file.path, 'utf8')).toMatch(/\n\d{10}\.?\d*,0,loss,0\.1\n/);
    await expect(file.write([])).rejects.toMatchObject({ code: 'disposed' });
  });

  it('continues an existing table, and removes a row that a crash left unfinished', async () => {
    const path = join(root, 'resumed.csv');
    for (const step of [0, 1]) {
      const file = await csvFile(path);
      await file.write([{ tag: 'größe', step, value: 1 }]);
      await file.close();
    }
    await writeFile(path, '1700000000.5,2,grö', { flag: 'a' });
    const file = await csvFile(path);
    await file.write([{ tag: 'größe', step: 2, value: 1 }]);
    await file.close();
    expect(await rows(path)).toEqual([HEADER, '0,größe,1', '1,größe,1', '2,größe,1', '']);
  });

  it('refuses histograms and anything but summaries, and then writes nothing', async () => {
    const file = await csvFile(join(root, 'numbers.csv'));
    const others = [null, undefined, 1, 'text', {}, () => 1];
    const values = [null, undefined, 'text', {}, [], () => 1];
    const calls: unknown[] = [
      ...others,
      ...others.map((other) => [other]),
      ...values.map((value) => [{ tag: 'x', step: 0, value }]),
      [
        { tag: 'x', step: 0, value: 1 },
        { tag: 'x', step: 0, histogram: histogramOf([1]) },
      ],
    ];
    for (const summaries of calls) {
      await expect(file.write(summaries as Summary[])).rejects.toMatchObject({ code: 'invalid-option' });
    }
    await file.close();
    expect(await rows(file.path)).toEqual([HEADER, '']);
  });

  it('keeps the order of writes that are not awaited', async () => {
    const file = await csvFile(join(root, 'order.csv'));
    const steps = Array.from({ length: 50 }, (_, step) => step);
    for (const step of steps) void file.write([{ tag: 'x', step, value: step }]);
    await file.close();
    expect((await rows(file.path)).slice(1, -1)).toEqual(steps.map((step) => `${step},x,${step}`));
  });

  it('refuses a file that is not such a table and leaves it unchanged; refuses a path that cannot be written', async () => {
    const other = join(root, 'other.csv');
    await writeFile(other, 'step,accuracy\n1,0.9');
    await expect(csvFile(other)).rejects.toMatchObject({ code: 'file-header' });
    expect(await readFile(other, 'utf8')).toBe('step,accuracy\n1,0.9');
    await expect(csvFile(join(other, 'table.csv'))).rejects.toMatchObject({ code: 'file-write' });
    await expect(csvFile(root)).rejects.toMatchObject({ code: 'file-write' });
  });

  it('removes a row that was torn anywhere, even inside a quoted tag of several lines', async () => {
    const row = '1700000000.5,2,"a\n""b""\nc",1\n';
    for (let length = 0; length < row.length; length++) {
      const path = join(root, `torn-${length}.csv`);
      await writeFile(path, `${HEADER}\n${row}${row.slice(0, length)}`);
      await (await csvFile(path)).close();
      expect(await readFile(path, 'utf8'), `${length}`).toBe(`${HEADER}\n${row}`);
    }
  });

  it('refuses to write after the file was deleted', async () => {
    const file = await csvFile(join(root, 'deleted.csv'));
    await rm(file.path);
    await expect(file.write([{ tag: 'x', step: 0, value: 0 }])).rejects.toMatchObject({ code: 'file-write' });
    await file.close().catch(() => {});
    await expect(csvFile('')).rejects.toMatchObject({ code: 'invalid-option' });
  });
});
