// Redis does what every queue must do.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { redisQueue } from '../src/redis/index.ts';
import { describeQueue, LEASE_MS } from './conformance.ts';
import { RedisServer, whyNoRedis } from './redis-server.ts';

const reason = whyNoRedis();

describe.skipIf(reason !== undefined)(reason ?? 'with a Redis server', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server?.remove());

  describeQueue({
    name: 'Redis',
    place: async () => {
      const redis = { url: server.url, name: randomUUID() };
      return {
        open: () => redisQueue({ ...redis, leaseMs: LEASE_MS }),
        description: { redis, leaseMs: LEASE_MS },
      };
    },
  });
});
