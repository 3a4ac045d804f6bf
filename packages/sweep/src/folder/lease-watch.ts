// Finds out which leases are lost, without comparing the clocks of two machines.
import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Holder } from './lease-files.ts';

interface Seen {
  readonly modified: number;
  /** When this process first saw the file like that, on its own clock, in milliseconds. */
  readonly since: number;
}

/** Watches lease files. A lease is lost when its file did not change for `leaseMs`, or when its process on this machine is gone. */
export class LeaseWatch {
  readonly #seen = new Map<string, Seen>();

  constructor(private readonly leaseMs: number) {}

  /** Whether the lease in this file is lost. The first call can only tell for processes of this machine. */
  async isLost(path: string): Promise<boolean> {
    const modified = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Number.NaN,
    );
    const seen = this.#seen.get(path);
    if (seen === undefined || seen.modified !== modified) {
      this.#seen.set(path, { modified, since: performance.now() });
    } else if (performance.now() - seen.since > this.leaseMs) {
      return true;
    }
    return holderIsGone(path);
  }
}

async function holderIsGone(path: string): Promise<boolean> {
  try {
    const { host, pid }: Partial<Holder> = JSON.parse(await readFile(path, 'utf8'));
    return host === hostname() && Number.isSafeInteger(pid) && Number(pid) > 0 && !isRunning(Number(pid));
  } catch {
    // The file is being written, or its holder was killed while it wrote
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    // Signal 0 only asks
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
