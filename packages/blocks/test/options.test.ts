import { isGCompressError, matrix, relativeError, type Shape2D } from '@gcompress/core';
import { normalMatrix } from '@gcompress/testkit';
import { describe, expect, it } from 'vitest';
import { type BlockChoice, blockDiagonal, type InputOutputOptions, inputOutput, mixedBlock } from '../src/index.ts';
import { MAX_CHOSEN_BLOCK } from '../src/sides-choice.ts';

const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));
const zeros = (shape: Shape2D) => matrix(shape, new Float32Array(shape[0] * shape[1]));
const sides = (options: InputOutputOptions, shape: Shape2D) => inputOutput(options).plan(shape).config;

describe('sizes', () => {
  it('blocks is the number of blocks a side', () => {
    const { factors, config } = blockDiagonal({ blocks: 4 }).plan([24, 16]);
    expect(factors.blocks.shape).toEqual([4, 6, 4]);
    expect(config).toEqual({ blocks: 4 });
    const mixed = mixedBlock({ blocks: 4 }).plan([24, 16]);
    expect([mixed.factors.blocks.shape, mixed.factors.mixer.shape]).toEqual([
      [4, 6, 4],
      [4, 4],
    ]);
    expect(mixed.config).toEqual({ blocks: 4, order: 'interleaved' });
  });

  it.each<[BlockChoice, number, number]>([
    [{ ratio: 2 }, 2, 4],
    [{ ratio: 2.5 }, 4, 4],
    [{ bytes: 768 }, 2, 4],
    [{ bytes: 448 }, 4, 4],
    [{ bytes: 1e9 }, 2, 2],
  ])('%j takes the smallest common divisor that reaches it', (choice, diagonal, mixed) => {
    expect(blockDiagonal(choice).plan([24, 16]).config.blocks).toBe(diagonal);
    expect(mixedBlock(choice).plan([24, 16]).config.blocks).toBe(mixed);
  });

  it('byteLength counts what the size was chosen by', () => {
    const a = normalMatrix([24, 16]);
    expect(blockDiagonal({ bytes: 768 }).compress(a).byteLength).toBe(768);
    expect(mixedBlock({ bytes: 448 }).compress(a).byteLength).toBe(448);
    const both = { input: { block: 8, factor: 4 }, output: { block: 4, factor: 2 } };
    expect(inputOutput(both).compress(a).byteLength).toBe(4 * (8 * 2 + 6 * 8 + 2 * 4));
    expect(inputOutput({ ratio: 3 }).compress(a).compressionRatio).toBeGreaterThanOrEqual(3);
    expect(inputOutput({ bytes: 400 }).compress(a).byteLength).toBeLessThanOrEqual(400);
  });

  it('sides are those named', () => {
    const input = { block: 4, factor: 2 };
    expect(sides({ input }, [24, 16])).toEqual({ input, output: null });
    expect(Object.keys(inputOutput({ input }).plan([24, 16]).factors)).toEqual(['b', 'c']);
    expect(Object.keys(inputOutput({ output: input }).plan([24, 16]).factors)).toEqual(['c', 'd']);
  });

  it('a ratio or bytes shorten one side, with the largest product of values in the factors', () => {
    const choices: [number, number][] = [];
    for (const [length, other] of [
      [24, 16],
      [16, 24],
    ]) {
      for (let block = 1; block <= length; block++) {
        for (let factor = 1; factor <= block; factor++) {
          if (length % block === 0 && block % factor === 0)
            choices.push([(length * other) / factor, block ** 2 / factor]);
        }
      }
    }
    const best = (most: number) =>
      Math.max(...choices.filter(([core, basis]) => core + basis <= most).map(([core, basis]) => core * basis));
    for (const [options, most] of [
      [{ ratio: 2 }, 192],
      [{ ratio: 5 }, 76.8],
      [{ bytes: 500 }, 125],
      [{ bytes: 1e6 }, 383],
    ] as const) {
      const { factors } = inputOutput(options).plan([24, 16]);
      const [one, other] = Object.values(factors).map(({ shape }) => shape[0] * shape[1]);
      expect(one + other).toBeLessThanOrEqual(most);
      expect(one * other).toBe(best(most));
    }
  });

  it('a ratio chooses no block whose fit would take long', () => {
    const { input, output } = sides({ ratio: 4 }, [4096, 2048]);
    const [{ block }] = [input, output].flatMap((side) =>
      side === null ? [] : [side as unknown as { block: number }],
    );
    expect(block).toBe(MAX_CHOSEN_BLOCK);
  });
});

describe('settings', () => {
  it('are complete in the options of the compressor', () => {
    const common = { start: 'fit', seed: 0, allowLarger: false };
    expect(blockDiagonal({ blocks: 2 }).options).toEqual({ blocks: 2, ...common });
    expect(mixedBlock({ ratio: 2 }).options).toEqual({ ratio: 2, order: 'interleaved', ...common });
    expect(inputOutput({ bytes: 99 }).options).toEqual({ bytes: 99, ...common });
    const all = { blocks: 3, start: 'random', seed: 7, allowLarger: true, order: 'contiguous' } as const;
    expect(mixedBlock(all).options).toEqual(all);
    const both = { input: { block: 8, factor: 4 }, output: { block: 4, factor: 2 } };
    expect(inputOutput(both).options).toEqual({ ...both, ...common });
  });

  it('order matters to a matrix whose neighbouring rows belong together', () => {
    const rows = normalMatrix([2, 16]);
    const data = Float32Array.from({ length: 24 * 16 }, (_, at) => rows.data[at % 32] * (at < 192 ? 1 : -2));
    const errors = (['interleaved', 'contiguous'] as const).map((order) =>
      relativeError(
        matrix([24, 16], data),
        mixedBlock({ blocks: 2, order })
          .compress(matrix([24, 16], data))
          .decompress(),
      ),
    );
    expect(errors[0]).not.toBeCloseTo(errors[1], 3);
  });

  it('a random start has the bounds of the reference, whatever the matrix, and depends on the seed', () => {
    const shape: Shape2D = [120, 80];
    const start = 'random';
    const largest = (data: ArrayLike<number>) => Array.from(data).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const check = (data: ArrayLike<number>, fan: number) => {
      const bound = Math.sqrt(3 / fan);
      expect(largest(data)).toBeLessThanOrEqual(Math.fround(bound));
      expect(largest(data)).toBeGreaterThan(0.9 * bound);
    };
    check(blockDiagonal({ blocks: 4, start }).compress(zeros(shape)).factors.blocks.data, 25);
    const mixed = mixedBlock({ blocks: 10, start }).compress(zeros(shape)).factors;
    check(mixed.blocks.data, 100);
    check(mixed.mixer.data, 10);
    const both = { input: { block: 40, factor: 2 }, output: { block: 20, factor: 4 }, start } as const;
    const { b, c, d } = inputOutput(both).compress(zeros(shape)).factors;
    check(b.data, 30);
    check(c.data, 20);
    check(d.data, 12.5);

    expect(inputOutput(both).compress(normalMatrix(shape)).factors).toEqual({ b, c, d });
    expect(inputOutput({ ...both, seed: 1 }).compress(zeros(shape)).factors).not.toEqual({ b, c, d });
  });

  it('progress rises to 1 and a signal ends the work', () => {
    const a = normalMatrix([24, 16]);
    const both = { input: { block: 8, factor: 2 }, output: { block: 8, factor: 2 } };
    for (const compressor of [inputOutput(both), mixedBlock({ blocks: 4 })]) {
      const seen: number[] = [];
      compressor.compress(a, { onProgress: (done) => seen.push(done) });
      expect(seen.at(-1)).toBe(1);
      expect(seen.length).toBeGreaterThan(2);
      const controller = new AbortController();
      const stopping = { signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) };
      expect(() => compressor.compress(a, stopping)).toThrow('enough');
    }
  });
});

describe('refuses', () => {
  const side = { block: 8, factor: 2 };
  it.each<[() => unknown, string, string]>([
    [
      () => blockDiagonal({ blocks: 0 }),
      'invalid-option',
      'blockDiagonal blocks: expected an integer of at least 1, got 0',
    ],
    [() => blockDiagonal({ blocks: 2.5 }), 'invalid-option', 'blockDiagonal blocks'],
    [() => blockDiagonal({ ratio: 1 }), 'invalid-option', 'blockDiagonal ratio: expected a number above 1, got 1'],
    [() => blockDiagonal({ bytes: Number.NaN }), 'invalid-option', 'blockDiagonal bytes'],
    [
      // @ts-expect-error no size
      () => blockDiagonal({}),
      'invalid-option',
      'blockDiagonal: expected exactly one of blocks, ratio, bytes, got none',
    ],
    [
      // @ts-expect-error two sizes
      () => blockDiagonal({ ratio: 2, bytes: 100 }),
      'invalid-option',
      'got ratio and bytes',
    ],
    [
      // @ts-expect-error settings are not enough
      () => mixedBlock({ order: 'contiguous', seed: 1 }),
      'invalid-option',
      'got none',
    ],
    [
      // @ts-expect-error two sizes
      () => mixedBlock({ blocks: 2, ratio: 2 }),
      'invalid-option',
      'got blocks and ratio',
    ],
    [
      () => mixedBlock({ blocks: 2, order: 'mixed' as never }),
      'invalid-option',
      "one of 'interleaved', 'contiguous', got 'mixed'",
    ],
    [
      () => mixedBlock({ blocks: 2, start: 'zero' as never }),
      'invalid-option',
      "mixedBlock start: expected one of 'fit', 'random'",
    ],
    [() => mixedBlock({ blocks: 2, seed: -1 }), 'invalid-option', 'mixedBlock seed'],
    [() => blockDiagonal({ blocks: 2, allowLarger: 1 as never }), 'invalid-option', 'blockDiagonal allowLarger'],
    [() => blockDiagonal({ blocks: 2, order: 'contiguous' } as never), 'unknown-option', "got 'order'"],
    [
      () => blockDiagonal(undefined as never),
      'invalid-option',
      'block-diagonal options: expected an object, got undefined',
    ],
    [
      // @ts-expect-error neither a side nor a size
      () => inputOutput({}),
      'invalid-option',
      'exactly one of input or output, ratio, bytes, got none',
    ],
    [
      // @ts-expect-error settings are not enough
      () => inputOutput({ start: 'random' }),
      'invalid-option',
      'got none',
    ],
    [
      // @ts-expect-error two sizes
      () => inputOutput({ ratio: 2, bytes: 9 }),
      'invalid-option',
      'got ratio and bytes',
    ],
    [
      // @ts-expect-error both sides and a size
      () => inputOutput({ input: side, output: side, ratio: 2 }),
      'invalid-option',
      'got input or output and ratio',
    ],
    [() => inputOutput({ ratio: 0.5 }), 'invalid-option', 'inputOutput ratio'],
    [
      // @ts-expect-error a side and a size
      () => inputOutput({ input: { block: 4, factor: 2 }, bytes: 9 }),
      'invalid-option',
      'got input or output and bytes',
    ],
    [
      () => inputOutput({ input: 4 as never }),
      'invalid-option',
      'inputOutput input: expected an options object, got 4',
    ],
    [() => inputOutput({ input: { block: 4 } as never }), 'invalid-option', 'inputOutput input factor'],
    [() => inputOutput({ output: { block: 0, factor: 1 } }), 'invalid-option', 'inputOutput output block'],
    [
      () => inputOutput({ output: { block: 8, factor: 3 } }),
      'invalid-option',
      'a divisor of the block, which are 1, 2, 4, 8, got 3',
    ],
    [() => inputOutput({ input: { block: 4, factor: 2, rank: 1 } as never }), 'unknown-option', "got 'rank'"],
  ])('%s', (create, expected, message) => {
    expect(create).toThrow(code(expected));
    expect(create).toThrow(message);
  });

  it.each<[string, { plan(shape: Shape2D): unknown }, Shape2D, string, string]>([
    [
      'blocks that do not divide',
      blockDiagonal({ blocks: 3 }),
      [24, 16],
      'invalid-option',
      'got 3. These numbers of blocks work: 2, 4, 8.',
    ],
    [
      'blocks that divide one side only',
      mixedBlock({ blocks: 3 }),
      [24, 16],
      'invalid-option',
      'a common divisor of the sides of the matrix [24, 16], got 3',
    ],
    [
      'a ratio beyond all divisors',
      blockDiagonal({ ratio: 9 }),
      [24, 16],
      'invalid-option',
      'that reaches the size, got 9',
    ],
    ['bytes below all divisors', mixedBlock({ bytes: 100 }), [24, 16], 'invalid-option', 'mixedBlock bytes'],
    [
      'sides without a common divisor',
      blockDiagonal({ ratio: 2 }),
      [25, 16],
      'invalid-option',
      'got 2. No number of blocks works; leave this matrix as it is.',
    ],
    [
      'one block',
      blockDiagonal({ blocks: 1 }),
      [24, 16],
      'not-smaller',
      'fewer than the 384 values of the matrix [24, 16], got 384 with 1',
    ],
    ['a mixer as large as the matrix', mixedBlock({ blocks: 16 }), [16, 16], 'not-smaller', 'got 272 with 16 blocks'],
    [
      'a block that does not divide',
      inputOutput({ input: side }),
      [12, 16],
      'invalid-option',
      'a divisor of the 12 inputs, got 8. With the factor 2, these blocks work: 2, 4, 6, 12.',
    ],
    [
      'a block that does not divide, with a factor that no block has',
      inputOutput({ input: { block: 16, factor: 4 } }),
      [90, 20],
      'invalid-option',
      'got 16. No block works with the factor 4; there are blocks for the factors 2, 3, 5, 6, 9, 10, 15, 18, 30, 45, 90.',
    ],
    [
      'a block that does not divide a side that has no divisors',
      inputOutput({ output: { block: 4, factor: 2 } }),
      [1, 7],
      'invalid-option',
      'No block works for a side of 7; leave it as it is.',
    ],
    [
      'a block of the output',
      inputOutput({ output: side }),
      [16, 12],
      'invalid-option',
      'a divisor of the 12 outputs, got 8',
    ],
    [
      'blocks that gain nothing',
      inputOutput({ input: { block: 8, factor: 1 } }),
      [8, 4],
      'not-smaller',
      'fewer than the 32 values of the matrix [8, 4], got 96',
    ],
    ['a ratio that no side reaches', inputOutput({ ratio: 100 }), [8, 4], 'invalid-option', '1, 2, 4, 8 and 1, 2, 4.'],
  ])('%s', (_, compressor, shape, expected, message) => {
    expect(() => compressor.plan(shape)).toThrow(code(expected));
    expect(() => compressor.plan(shape)).toThrow(message);
  });

  it('accepts with allowLarger what gains nothing, and says so', () => {
    const { warnings } = mixedBlock({ blocks: 1, allowLarger: true }).compress(normalMatrix([24, 16]));
    expect(warnings).toEqual(['mixed-block: 1540 bytes are not fewer than the 1536 of the dense matrix [24, 16].']);
  });

  it.each<[Shape2D, boolean]>([
    [[90, 20], false],
    [[12, 16], false],
    [[16, 12], true],
  ])('every block that the hint of a refusal names works for %j, with allowLarger %j', (shape, allowLarger) => {
    for (const factor of [2, 3, 4, 5]) {
      const refused = inputOutput({ input: { block: 13 * factor, factor }, allowLarger });
      const message = messageOf(() => refused.plan(shape));
      const [, blocks = ''] = /these blocks work: ([\d, ]+)/.exec(message) ?? [];
      const [, factors = ''] = /for the factors ([\d, ]+)/.exec(message) ?? [];
      const numbers = (list: string) => (list === '' ? [] : list.split(', ').map(Number));
      const works = (block: number, other: number) => {
        try {
          inputOutput({ input: { block, factor: other }, allowLarger }).plan(shape);
          return true;
        } catch {
          return false;
        }
      };
      const upToSide = Array.from({ length: shape[0] }, (_, i) => i + 1).filter((block) => block % factor === 0);
      expect(numbers(blocks)).toEqual(upToSide.filter((block) => works(block, factor)));
      for (const other of numbers(factors)) {
        expect(
          Array.from({ length: shape[0] }, (_, i) => i + 1).some((block) => block % other === 0 && works(block, other)),
        ).toBe(true);
      }
    }
  });
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected a refusal');
}
