// A process that holds a claim of a queue, for tests that kill or stop it. It prints what happens.
import { folderQueue, type JobQueue } from '../src/index.ts';
import { redisQueue } from '../src/redis/index.ts';

const { folder, redis, leaseMs } = JSON.parse(process.argv[2]);
const queue: JobQueue = folder
  ? await folderQueue(folder, { leaseMs })
  : await redisQueue({ url: redis.url, name: redis.name, leaseMs });
const claim = await queue.claim('process');
if (claim === undefined) throw new Error('there is no job');
process.on('message', async () => {
  // Sent when the process goes on after it was stopped
  const stored = await queue.complete(claim, { result: { by: 'late' }, milliseconds: 1, worker: 'late' });
  process.send?.({ stored });
});
process.send?.({ claimed: claim.job.id, attempt: claim.attempt });
