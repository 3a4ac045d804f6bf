// The suite for compressors on stacks: of factors that are all coded, and of factors of which some stay as they are.
import { stack } from '@gcompress/core';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { pruned } from '@gcompress/pruning';
import { simhash } from '@gcompress/simhash';
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
  claims: { scaleEquivariant: true, usesInputMoments: true },
});

const blocks = stack(kMeans, { codebook: kMeans });

testCompressor({
  runner: { describe, it },
  name: blocks.method,
  method: blocks,
  create: () =>
    blocks({
      outer: { levels: 4, allowLarger: true },
      inner: { codebook: { levels: 3, allowLarger: true } },
    }),
  allowsLarger: true,
  claims: { usesImportance: true, usesInputMoments: true },
  propertyRuns: 20,
  fuzzRuns: 100,
});

const scales = stack(simhash, { projection: lowRank, scales: kMeans });

testCompressor({
  runner: { describe, it },
  name: scales.method,
  method: scales,
  create: () =>
    scales({
      outer: { bits: 3, planes: 'fitted', allowLarger: true },
      inner: { projection: { rank: 1, allowLarger: true }, scales: { levels: 2, allowLarger: true } },
    }),
  allowsLarger: true,
  propertyRuns: 20,
  fuzzRuns: 100,
});

const values = stack(pruned, { values: lowRank });

testCompressor({
  runner: { describe, it },
  name: values.method,
  method: values,
  create: () => values({ outer: { sparsity: 0.5 }, inner: { values: { rank: 1, allowLarger: true } } }),
  allowsLarger: true,
  skip: {
    'importance is refused': 'pruning uses importance, but low rank of what it keeps does not, so that no claim holds',
    'input moments are refused': 'pruning uses moments, but low rank of what it keeps does not, so that no claim holds',
  },
  propertyRuns: 20,
  fuzzRuns: 100,
});
