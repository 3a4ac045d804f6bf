// Redis as the queue of a sweep, through BullMQ.
export { type RedisQueueOptions, redisQueue } from './redis-queue.ts';
