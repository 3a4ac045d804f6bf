// Thousands of damaged packed files: each is refused with a code of its own or gives whole weights, in bounded memory.
import { createRandom, type ErrorCode, isGCompressError, type Random } from '@gcompress/core';
import { testRuns } from '@gcompress/fixtures/test-runs';
import { kMeans } from '@gcompress/kmeans';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { pack } from '../src/index.ts';
import { packedModel } from '../src/load/index.ts';
import { storedModel } from '../src/stored/index.ts';
import { graphWithCopies } from './models.ts';
import { type Damage, directedDamage, hostileDamage, type Parts, partsOf, randomDamage } from './packed-damage.ts';
import { formats } from './packed-example.ts';

/** Files that each of the two random tests reads. */
const RUNS = testRuns(1000);
/** Bytes that the decoded weights of a damaged file may take: somewhat more than those of the file. */
const MOST = 2 ** 17;
/** Bytes by which the process may grow, whatever the files announce. */
const MOST_MEMORY = 2 ** 29;
const CODES =
  /^(file-(truncated|header|overlap|checksum|oversized|tensor|html|dtype)|unknown-(format|codec)|unsupported-version|invalid-matrix)$/;

let parts: Parts;

/** A small file with uniform levels, a codebook, a pair of exchanged axes, float16, integers, strings, copies and a probe. */
beforeAll(async () => {
  const probes = [
    {
      inputs: [{ name: 'x', shape: [1, 6, 6, 2], seed: 1 }],
      outputs: [{ name: 'y', shape: [1, 7], dtype: 'float32', data: new Float32Array(7) } as const],
    },
  ];
  const method = ({ name }: { readonly name: string }) =>
    name.startsWith('dense/kernel') ? uniform({ bits: 3, steps: 'column' }) : kMeans({ levels: 4 });
  parts = partsOf((await pack(graphWithCopies(), { method, probes })).bytes);
});

/** The code that a file is refused with; undefined if it loads with whole weights. */
async function readDamaged({ bytes, what }: Damage): Promise<ErrorCode | undefined> {
  try {
    const limits = { maxBytes: MOST };
    const artifacts = (await packedModel(bytes, { formats, limits }).load?.()) as tf.io.ModelArtifacts;
    const { weightData, weightSpecs = [] } = artifacts;
    expect((weightData as ArrayBuffer).byteLength).toBeLessThanOrEqual(MOST);
    const weights = tf.io.decodeWeights(weightData as ArrayBuffer, weightSpecs);
    for (const { name, shape } of weightSpecs) expect(weights[name].size, what).toBe(shape.reduce((a, b) => a * b, 1));
    tf.dispose(weights);
    return undefined;
  } catch (error) {
    if (!isGCompressError(error)) throw new Error(`${what}: ${String(error)}`, { cause: error });
    expect(error.code, `${what}: ${error.message}`).toMatch(CODES);
    return error.code;
  }
}

async function readAll(files: Iterable<Damage>): Promise<Map<ErrorCode | undefined, number>> {
  const found = new Map<ErrorCode | undefined, number>();
  for (const damage of files) {
    const code = await readDamaged(damage);
    found.set(code, (found.get(code) ?? 0) + 1);
  }
  return found;
}

function* many(make: (parts: Parts, random: Random) => Damage, seed: number): Generator<Damage> {
  const random = createRandom(seed);
  for (let run = 0; run < RUNS; run++) {
    const { bytes, what } = make(parts, random);
    yield { bytes, what: `run ${run} of seed ${seed}: ${what}` };
  }
}

const before = process.memoryUsage.rss();

describe(`${RUNS} damaged files`, { timeout: 3_600_000 }, () => {
  it('are refused with their own codes, or are not changed, where checksums are kept', async () => {
    const found = await readAll(many(randomDamage, 1));
    const refused = [...found].filter(([code]) => code !== undefined).map(([code]) => code);
    expect(refused).toEqual(expect.arrayContaining(['file-checksum', 'file-truncated']));
    // A run of zeros may be copied over zeros
    expect(found.get(undefined) ?? 0).toBeLessThan(RUNS / 20);
  });

  it('are refused or give whole weights where checksums are computed anew', async () => {
    const found = await readAll(many(hostileDamage, 2));
    const codes = ['file-header', 'file-tensor', 'file-oversized', 'file-truncated', 'unsupported-version'];
    expect([...found.keys()]).toEqual(expect.arrayContaining(codes));
    expect(found.get(undefined) ?? 0).toBeGreaterThan(RUNS / 20);
  });

  it('leave the memory of the process bounded', () => {
    expect(process.memoryUsage.rss() - before).toBeLessThan(MOST_MEMORY);
  });
});

describe('directed files', () => {
  it('with every junk value in every place of the header are refused or give whole weights', {
    timeout: 120_000,
  }, async () => {
    const files = directedDamage(parts);
    expect(files.length).toBeGreaterThan(2000);
    // All of them in long runs; a seventh of them, a different one for each place, otherwise
    const found = await readAll(RUNS > 5000 ? files : files.filter((_, at) => at % 7 === 0));
    expect([...found.keys()]).toEqual(expect.arrayContaining(['file-header', 'file-oversized', 'unknown-format']));
  });

  it('with junk in a matrix that stays in its stored form are refused or kept, never read in part', async () => {
    // Of the table only the copy
    const names = new Set(['conv/filter', 'conv/filter/again', 'dense/kernel', 'table/again']);
    const files = directedDamage(parts).filter(({ what }) => /^weights\.\d+\.3\.matrix/.test(what));
    for (const { bytes, what } of files) {
      try {
        const { artifacts, matrices } = await storedModel(bytes, { formats, limits: { maxBytes: MOST } }).load(
          () => names,
        );
        expect((artifacts.weightSpecs?.length ?? 0) + matrices.size, what).toBe(parts.header.weights.length);
      } catch (error) {
        if (!isGCompressError(error)) throw new Error(what, { cause: error });
        expect(error.code, what).toMatch(CODES);
      }
    }
  });
});
