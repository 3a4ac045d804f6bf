// A job for the tests of `gcompress sweep`.
import { setTimeout as delay } from 'node:timers/promises';

export default async function job({ bits, steps = 1, mode }, { signal }) {
  if (mode === 'throw') throw new Error('bits that no method has');
  if (mode === 'wait') {
    process.stderr.write('waiting\n');
    await delay(60_000, undefined, { signal });
  }
  return { bytes: 100 * bits, error: 1 / bits / steps, note: 'text' };
}
