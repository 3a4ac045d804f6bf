// The folder does what every queue must do.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderQueue } from '../src/index.ts';
import { describeQueue, LEASE_MS } from './conformance.ts';

describeQueue({
  name: 'a folder',
  place: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gcompress-sweep-'));
    return {
      open: () => folderQueue(folder, { leaseMs: LEASE_MS }),
      description: { folder, leaseMs: LEASE_MS },
    };
  },
});
