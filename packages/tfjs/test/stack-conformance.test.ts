import { stack } from '@gcompress/core';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { testCompressor } from '@gcompress/testkit';
import { describe, it } from 'vitest';

// Here, because this is the one package whose tests know several methods

const coded = stack(lowRank, { b: kMeans, c: kMeans });
const bits = (count: number) => ({ b: { bits: count, allowLarger: true }, c: { bits: count, allowLarger: true } });

testCompressor({
  runner: { describe, it },
  name: coded.method,
  method: coded,
  create: () => coded({ outer: { rank: 1, allowLarger: true }, inner: bits(4) }),
  allowsLarger: true,
  claims: { scaleEquivariant: true },
});
