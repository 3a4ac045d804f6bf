// A program that is stopped while it fills a file, for a test.
import { writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { withTemporary } from '../src/process/temporaries.ts';

const path = process.argv[2] as string;
await withTemporary(path, async () => {
  writeFileSync(path, 'half');
  process.stdout.write('writing\n');
  await setTimeout(60_000);
});
