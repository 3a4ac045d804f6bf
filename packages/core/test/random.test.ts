import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertSeed } from '../src/checks.ts';
import { createRandom, isGCompressError, type Random } from '../src/index.ts';

const draw = <V>(count: number, next: () => V): V[] => Array.from({ length: count }, next);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Files hold seeds instead of what is drawn from them: these values can never change. */
describe('known answers', () => {
  // The same numbers come out of a C program of xoshiro128** and splitmix32
  it.each([
    [0, [1789933344, 44971166, 2521387044, 3848737593]],
    [1, [393288148, 2174103013, 3814759091, 2092745082]],
    [42, [660444221, 3652823732, 77672526, 910233633]],
    [4294967295, [4104197751, 1825856343, 1152209388, 2427537429]],
  ])('uint32 of seed %s', (seed, expected) => {
    const random = createRandom(seed);
    expect(draw(4, random.uint32)).toEqual(expected);
  });

  it('uniform gives the known values for seed 42', () => {
    expect(draw(3, createRandom(42).uniform)).toEqual([0.15377165265745885, 0.018084542542176507, 0.5348906284683476]);
  });

  it('normal gives the known values for seed 42, to the last bit', () => {
    const random = createRandom(42);
    expect(draw(6, () => random.normal())).toEqual([
      0.26752683279886763, 1.7424408507579792, 0.5813902645846303, -1.6928022796929545, 0.8153199153614247,
      -0.4575232453291946,
    ]);
  });

  it('integer gives the known values for seed 42', () => {
    const random = createRandom(42);
    expect(draw(10, () => random.integer(10))).toEqual([1, 2, 6, 3, 6, 7, 4, 6, 1, 9]);
    expect([random.integer(2 ** 32), random.integer(1), random.uint32()]).toEqual([1235700567, 0, 3652642737]);
  });

  it('shuffle gives the known order for seed 42', () => {
    expect(createRandom(42).shuffle([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([3, 7, 4, 8, 2, 0, 9, 6, 5, 1]);
  });

  it('normal gives 10,000 values of the known hash for seed 42', () => {
    const random = createRandom(42);
    const words = new Uint32Array(Float64Array.from(draw(10_000, () => random.normal())).buffer);
    const hash = words.reduce((value, word) => Math.imul(value ^ word, 0x01000193), 0x811c9dc5);
    expect(hash >>> 0).toMatchInlineSnapshot(`4211327570`);
  });
});

describe('distributions', () => {
  const count = 20_000;

  it('uniform fills [0, 1) evenly', () => {
    const values = draw(count, createRandom(1).uniform);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    const tenths = new Array<number>(10).fill(0);
    for (const value of values) tenths[Math.floor(value * 10)]++;
    for (const times of tenths) expect(Math.abs(times - count / 10)).toBeLessThan(5 * Math.sqrt(count / 10));
  });

  it('normal has the moments of a normal distribution', () => {
    const random = createRandom(2);
    const values = draw(count, () => random.normal());
    const moment = (power: number) => mean(values.map((value) => value ** power));
    // Five standard errors of each moment
    expect(Math.abs(moment(1))).toBeLessThan(5 * Math.sqrt(1 / count));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / count));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / count));
    expect(Math.abs(mean(values.slice(1).map((value, i) => value * values[i])))).toBeLessThan(5 * Math.sqrt(1 / count));
  });

  it('normal agrees with the polar method in floating point', () => {
    const random = createRandom(3);
    const source = createRandom(3);
    for (let pair = 0; pair < 1000; pair++) {
      const [x, y, q] = pointInDisc(source);
      const scale = Math.sqrt((-2 * Math.log(q)) / q);
      expect(Math.abs(random.normal() - x * scale)).toBeLessThan(1e-13);
      expect(Math.abs(random.normal() - y * scale)).toBeLessThan(1e-13);
    }
  });

  it('integer reaches every value equally often', () => {
    const random = createRandom(4);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < count; i++) counts[random.integer(7)]++;
    for (const times of counts) expect(Math.abs(times - count / 7)).toBeLessThan(5 * Math.sqrt(count / 7));
  });

  it('integer has no modulo bias', () => {
    const random = createRandom(5);
    const bound = 3 * 2 ** 30;
    const low = draw(count, () => random.integer(bound)).filter((value) => value < 2 ** 30).length;
    expect(Math.abs(low - count / 3)).toBeLessThan(5 * Math.sqrt(count / 3));
  });

  it('shuffle puts each entry everywhere', () => {
    const random = createRandom(6);
    const first = new Array<number>(5).fill(0);
    for (let i = 0; i < 5000; i++) first[random.shuffle([0, 1, 2, 3, 4])[0]]++;
    for (const times of first) expect(Math.abs(times - 1000)).toBeLessThan(5 * Math.sqrt(1000));
  });
});

it('shuffle is in place, keeps the entries, and takes typed arrays', () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.integer()), (seed, values) => {
      const shuffled = Int32Array.from(values);
      expect(createRandom(seed).shuffle(shuffled)).toBe(shuffled);
      expect([...shuffled].sort((a, b) => a - b)).toEqual([...values].sort((a, b) => a - b));
    }),
  );
});

it('generators do not share state', () => {
  const alone = draw(4, createRandom(9).uint32);
  const one = createRandom(9);
  const other = createRandom(9);
  expect(
    draw(4, () => {
      other.normal();
      return one.uint32();
    }),
  ).toEqual(alone);
});

it.each([-1, 0.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY])('seed %s is refused', (seed) => {
  const refused = expect.toSatisfy((error) => isGCompressError(error, 'invalid-option'));
  expect(() => createRandom(seed)).toThrow(refused);
  expect(() => assertSeed(seed, 'kmeans')).toThrow(/kmeans seed: expected an integer from 0 to 4294967295/);
});

function pointInDisc(source: Random): [x: number, y: number, square: number] {
  const x = 2 * source.uniform() - 1;
  const y = 2 * source.uniform() - 1;
  const square = x * x + y * y;
  return square >= 1 || square === 0 ? pointInDisc(source) : [x, y, square];
}
