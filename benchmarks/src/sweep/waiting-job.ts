// A job that only waits, so that all other time of a sweep is overhead.
import { setTimeout as delay } from 'node:timers/promises';

export default async function waitingJob({ milliseconds }: { readonly milliseconds: number }) {
  await delay(milliseconds);
  return {};
}
