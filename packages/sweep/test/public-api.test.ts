// What the package exports.
import { expect, it } from 'vitest';
import * as api from '../src/index.ts';
import * as redis from '../src/redis/index.ts';

it('exports this and nothing else', () => {
  expect(Object.keys(api).sort()).toEqual([
    'createJob',
    'folderQueue',
    'grid',
    'paretoFront',
    'randomSearch',
    'rankResults',
    'readSweep',
    'runSweep',
    'runWorkers',
    'successiveHalving',
  ]);
  expect(Object.keys(redis)).toEqual(['redisQueue']);
});
