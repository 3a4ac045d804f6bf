import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { GCompressError } from '@gcompress/core';

const LOCK = '.gcompress-lock';
/** Milliseconds between two signs of life of a holder, and without one until another takes the lock from it. */
const BEAT = 2_000;
const SILENCE = 60_000;
/** Milliseconds between two looks at a lock that another holds, and until a save gives up. */
const LOOK = 10;
const PATIENCE = 120_000;

/**
 * Runs a task while no other one, of this process or another, runs for the same folder. The lock of a process that has ended, or
 * that gave no sign of life for a minute, is taken from it.
 *
 * @throws GCompressError `file-write` where another holds the lock for two minutes.
 */
export async function withFolderLock<T>(folder: string, task: () => Promise<T>): Promise<T> {
  const lock = join(folder, LOCK);
  const owner = await acquire(lock);
  const beat = setInterval(() => void utimes(lock, new Date(), new Date()).catch(() => {}), BEAT);
  beat.unref();
  try {
    return await task();
  } finally {
    clearInterval(beat);
    if ((await ownerOf(lock)) === owner) await rm(lock, { force: true }).catch(() => {});
  }
}

async function acquire(lock: string): Promise<string> {
  const id = randomUUID();
  const owner = JSON.stringify({ host: hostname(), pid: process.pid, id });
  // A link appears with its contents, so that nobody reads a lock without an owner
  const own = `${lock}-${id}.partial`;
  await writeFile(own, owner);
  try {
    for (let waited = 0; ; waited += LOOK) {
      try {
        await link(own, lock);
        return owner;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      await removeStale(lock);
      if (waited >= PATIENCE) throw new GCompressError('file-write', heldDetails(lock));
      await wait(LOOK);
    }
  } finally {
    await rm(own, { force: true }).catch(() => {});
  }
}

function heldDetails(lock: string): ConstructorParameters<typeof GCompressError>[1] {
  return {
    where: `'${lock}'`,
    expected: 'one save to this folder at a time',
    actual: 'another one that does not end',
    hint: 'Wait for the other program, or save to another folder.',
  };
}

async function removeStale(lock: string): Promise<void> {
  const owner = await ownerOf(lock);
  const info = await stat(lock).catch(() => undefined);
  if (owner === undefined || info === undefined) return;
  if (isAlive(owner) && Date.now() - info.mtimeMs < SILENCE) return;
  const taken = `${lock}-${randomUUID()}.partial`;
  try {
    await rename(lock, taken);
  } catch {
    return; // another was faster
  }
  // Between the look and the move another may have taken it and begun: it gets its lock back
  if ((await ownerOf(taken)) !== owner) await link(taken, lock).catch(() => {});
  await rm(taken, { force: true });
}

async function ownerOf(lock: string): Promise<string | undefined> {
  return readFile(lock, 'utf8').catch(() => undefined);
}

/** Whether the process that wrote this may still run; one on another machine may. */
function isAlive(owner: string): boolean {
  try {
    const { host, pid } = JSON.parse(owner);
    if (host !== hostname()) return true;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
