// Loads BullMQ and ioredis, which users install themselves.
import { GCompressError } from '@gcompress/core';

/** @throws GCompressError `sweep/not-installed`. */
export async function loadLibraries() {
  try {
    const [bullmq, ioredis] = await Promise.all([import('bullmq'), import('ioredis')]);
    return {
      Queue: bullmq.Queue,
      Worker: bullmq.Worker,
      UnrecoverableError: bullmq.UnrecoverableError,
      Redis: ioredis.Redis,
    };
  } catch (cause) {
    throw new GCompressError('sweep/not-installed', {
      where: 'redisQueue',
      expected: 'the packages bullmq and ioredis',
      actual: cause instanceof Error ? cause.message : String(cause),
      hint: 'Install them: npm install bullmq ioredis',
      cause,
    });
  }
}
