// Folders that are damaged, foreign, read-only or full.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Claim, folderQueue } from '../src/index.ts';
import { buildPackage, removeBuild } from './built.ts';
import { jobsOf } from './conformance.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'gcompress-sweep-'));

/** A folder with one result among two jobs, and the path of its journal. */
async function halfDone() {
  const folder = newFolder();
  const queue = await folderQueue(folder);
  await queue.add(jobsOf(2));
  const claim = (await queue.claim('test')) as Claim;
  await queue.complete(claim, { result: { square: 0 }, milliseconds: 1, worker: 'w' });
  await queue.close();
  const [journal] = readdirSync(join(folder, 'journals'));
  return { folder, journal: join(folder, 'journals', journal) };
}

describe('a journal', () => {
  it.each([
    ['half a line', '{"kind":"result","id":"0'],
    ['half a line and a line break', '{"kind":"result","id":"0\n'],
    ['a line of another kind', '{"kind":"else","id":"00"}\n'],
    ['zeros, as a crash of the machine may leave them', '\0\0\0\0\0'],
  ])('is read when it ends with %s', async (_, text) => {
    const { folder, journal } = await halfDone();
    appendFileSync(journal, text);
    const queue = await folderQueue(folder);
    expect(await queue.ended()).toMatchObject([{ result: { square: 0 } }]);
    const claim = (await queue.claim('test')) as Claim;
    expect(claim.job.configuration).toEqual({ n: 1 });
    expect(await queue.complete(claim, { result: { square: 1 }, milliseconds: 1, worker: 'w' })).toBe(true);
    expect(await queue.ended()).toHaveLength(2);
    await queue.close();
  });

  it.each([
    ['torn', (lines: string[]) => [lines[0].slice(0, 20), ...lines.slice(1)], 1],
    ['no JSON', (lines: string[]) => [lines[0], 'text', ...lines.slice(1)], 2],
    ['without a turn', (lines: string[]) => [...lines, '{"kind":"failure","id":"00","failure":{}}', lines[0]], 4],
  ])('is refused with a line that is %s before the last one', async (_, damage, number) => {
    const { folder, journal } = await halfDone();
    const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
    writeFileSync(journal, `${damage(lines).join('\n')}\n`);
    const queue = await folderQueue(folder);
    const refused = { code: 'file-header', message: expect.stringContaining(`jsonl' line ${number}: expected a line`) };
    await expect(queue.ended()).rejects.toMatchObject(refused);
    await expect(queue.claim('test')).rejects.toMatchObject(refused);
    await queue.close();
  });

  it('is missed when it had a result', async () => {
    const { folder, journal } = await halfDone();
    const jobs = readFileSync(journal, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"job"'));
    writeFileSync(journal, `${jobs.join('\n')}\n`);
    const queue = await folderQueue(folder);
    await expect(queue.ended()).rejects.toMatchObject({ code: 'file-header', message: /expected a line in one of/ });
    await queue.close();
  });

  it('may grow while it is read', async () => {
    const { folder, journal } = await halfDone();
    const queue = await folderQueue(folder);
    const [line] = readFileSync(journal, 'utf8').split('\n');
    const added = `${line.replace(/"id":"../, '"id":"ff').replace('"n":0', '"n":7')}\n`;
    appendFileSync(journal, added.slice(0, 30));
    expect(await queue.ended()).toHaveLength(1);
    appendFileSync(journal, added.slice(30));
    const claims = [await queue.claim('test'), await queue.claim('test'), await queue.claim('test')];
    expect(claims.map((claim) => claim?.job.configuration)).toEqual([{ n: 1 }, { n: 7 }, undefined]);
    await queue.close();
  });
});

describe('folderQueue', () => {
  it('refuses a folder with other content, and leaves it as it is', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    await expect(folderQueue(folder)).rejects.toMatchObject({ code: 'file-header' });
    expect(readdirSync(folder)).toEqual(['notes.txt']);
  });

  it.each([
    ['{"format":"gcompress-sweep","version":2}', 'unsupported-version'],
    ['{"format":"other","version":1}', 'file-header'],
    ['', 'file-header'],
    ['null', 'file-header'],
  ])('refuses the header %j', async (text, code) => {
    const folder = newFolder();
    writeFileSync(join(folder, 'sweep.json'), text);
    await expect(folderQueue(folder)).rejects.toMatchObject({ code });
  });

  it('refuses a file in the place of the folder', async () => {
    const path = join(newFolder(), 'file');
    writeFileSync(path, '');
    await expect(folderQueue(path)).rejects.toMatchObject({ code: 'file-read', message: /a file in its place/ });
  });

  it('is opened by several at the same time', async () => {
    const folder = join(newFolder(), 'new', 'sweep');
    const queues = await Promise.all([folderQueue(folder), folderQueue(folder), folderQueue(folder)]);
    expect(readdirSync(folder).sort()).toEqual(['journals', 'leases', 'sweep.json']);
    await Promise.all(queues.map((queue) => queue.close()));
  });

  it('refuses options that are none', async () => {
    await expect(folderQueue(newFolder(), { leaseMs: 10 })).rejects.toMatchObject({ code: 'invalid-option' });
    await expect(folderQueue(newFolder(), { attempts: 0 })).rejects.toMatchObject({ code: 'invalid-option' });
    await expect(folderQueue(newFolder(), { lease: 1 } as never)).rejects.toMatchObject({ code: 'unknown-option' });
  });
});

describe('a process that cannot write', () => {
  let build: URL;
  beforeAll(async () => {
    build = await buildPackage();
  });
  afterAll(() => removeBuild(build));

  /** Runs a sweep of 50 jobs in a shell; prints the code and the message of its error. */
  function errorOf(folder: string, limit: string, preparation = ''): string {
    const program = join(newFolder(), 'program.mjs');
    const job = new URL('./jobs/work.mjs', import.meta.url).href;
    writeFileSync(
      program,
      `import { folderQueue, runSweep } from ${JSON.stringify(new URL('index.js', build).href)};
       ${preparation}
       try {
         const queue = await folderQueue(${JSON.stringify(folder)});
         const configurations = Array.from({ length: 50 }, (_, n) => ({ n }));
         await runSweep(queue, { job: ${JSON.stringify(job)}, configurations, workers: 2 });
       } catch ({ code, message }) {
         console.log(code, message);
       }`,
    );
    const command = `${limit} exec "${process.execPath}" "${program}"`;
    return execFileSync('bash', ['-c', command], { encoding: 'utf8' });
  }

  it('ends with one error when the disk is full', () => {
    const folder = newFolder();
    // The limit on the size of a file stands for the disk; it is in kilobytes
    const printed = errorOf(folder, 'trap "" XFSZ; ulimit -f 6;');
    expect(printed).toMatch(/^file-write '.+jsonl': expected a folder that can be written, got a file that would be/);
    expect(printed.trimEnd().split('\n')).toHaveLength(1);
  });

  it('goes on when there is space again', async () => {
    const folder = newFolder();
    errorOf(folder, 'trap "" XFSZ; ulimit -f 6;');
    const queue = await folderQueue(folder);
    const before = (await queue.ended()).length;
    expect(before).toBeLessThan(50);
    await queue.close();
    expect(errorOf(folder, '')).toBe('');
    const after = await folderQueue(folder);
    expect((await after.ended()).filter(({ status }) => status === 'done')).toHaveLength(50);
    await after.close();
  });

  it('ends with one error when the folder is read-only', () => {
    const folder = join(newFolder(), 'sweep');
    mkdirSync(folder);
    chmodSync(join(folder, '..'), 0o755);
    chmodSync(folder, 0o555);
    // Root may write everywhere
    const printed = errorOf(folder, '', 'if (process.getuid() === 0) process.seteuid(65534);');
    expect(printed).toMatch(/^file-write '.+': expected a folder that can be written, got no permission\. Check/);
    rmSync(folder, { recursive: true });
  });
});
