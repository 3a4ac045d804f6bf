import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCompressedMatrix } from '../src/hosts.ts';
import {
  type CompressedMatrix,
  createFormatRegistry,
  deserialize,
  floatFactor,
  isGCompressError,
  type JsonObject,
  serialize,
} from '../src/index.ts';
import { rankOne, rankOneFormat } from './rank-one.ts';

const formats = createFormatRegistry([rankOneFormat]);
const written = serialize({ w: rankOne([1, 2, 3], [10, 20]) });

type Header = Record<string, unknown> & { __metadata__: Record<string, unknown> };

/** The file with another header, given as text, and with the checksum that its reader asks for. */
async function withHeader(text: string): Promise<Uint8Array> {
  const dataStart = 8 + Number(new DataView(written.buffer).getBigUint64(0, true));
  const json = new TextEncoder().encode(text);
  const file = new Uint8Array(8 + json.length + written.length - dataStart);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  file.set(written.subarray(dataStart), 8 + json.length);
  const error: unknown = await deserialize(file, formats).catch((reason: unknown) => reason);
  if (!isGCompressError(error, 'file-checksum')) return file;
  const at = Buffer.from(file).indexOf('"gcompress.checksum":"') + '"gcompress.checksum":"'.length;
  file.set(new TextEncoder().encode(error.details.actual.padStart(8, '0')), at);
  return file;
}

function headerOf(file: Uint8Array): Header {
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  return JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
}

/** What stands where a number, a string, a list or an object belongs. */
const JUNK: Readonly<Record<string, string>> = {
  null: 'null',
  'an object with toString': '{"toString":1}',
  'an object with valueOf and toJSON': '{"valueOf":1,"toJSON":1,"length":1}',
  'a list of objects': '[{"toString":1},{"toString":1}]',
  'nested lists': '[[[[]]]]',
  // More than the stack has frames, and no more: most of the time goes into parsing it
  'lists 20,000 deep': '['.repeat(20_000) + ']'.repeat(20_000),
  'objects 20,000 deep': `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  'a huge number': '1e308',
  'a negative number': '-1',
  'a fraction': '0.5',
  'a string': '"constructor"',
  true: 'true',
  nothing: '{}',
};

/** Every place in the header, the list of matrices inside it included: a path of keys. */
function placesOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...placesOf(inner, [...path, key])]);
}

const MARK = '"@here@"';

function edited(tree: unknown, [key, ...rest]: readonly string[]): unknown {
  const copy: Record<string, unknown> = structuredClone(tree) as Record<string, unknown>;
  copy[key] = rest.length === 0 ? '@here@' : edited(copy[key], rest);
  return Array.isArray(tree) ? Object.assign([], copy) : copy;
}

const header = headerOf(written);
const list = JSON.parse(String(header.__metadata__['gcompress.matrices']));

/** The header with junk in one place; with `inner`, in a place of the list of matrices, which is JSON inside a string. */
function headerWith(place: readonly string[], junk: string, inner: boolean): string {
  if (!inner) return JSON.stringify(edited(header, place)).replace(MARK, () => junk);
  const text = JSON.stringify(edited(list, place)).replace(MARK, () => junk);
  return JSON.stringify({ ...header, __metadata__: { ...header.__metadata__, 'gcompress.matrices': text } });
}

describe('a header', () => {
  const places = [
    ...placesOf(header).map((place) => ({ place, inner: false })),
    ...placesOf(list).map((place) => ({ place, inner: true })),
  ];

  it.each(Object.entries(JUNK))('is refused or read with %s in each of its places', async (_, junk) => {
    let refused = 0;
    for (const { place, inner } of places) {
      try {
        const file = await withHeader(headerWith(place, junk, inner));
        const read = await deserialize(file, formats);
        for (const one of Object.values(read)) serialize({ one });
      } catch (error) {
        if (!isGCompressError(error)) throw new Error(`${place.join('.')}: ${String(error)}`, { cause: error });
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(places.length / 2);
  });

  it.each(Object.entries(JUNK))('is refused when it is %s altogether', async (_, junk) => {
    await expect(deserialize(await withHeader(junk), formats)).rejects.toSatisfy((error) => isGCompressError(error));
    const text = JSON.stringify({ ...header, __metadata__: { ...header.__metadata__, 'gcompress.matrices': junk } });
    await expect(deserialize(await withHeader(text), formats)).rejects.toSatisfy((error) => isGCompressError(error));
  });
});

describe('bytes', () => {
  it('may be an ArrayBuffer, as fetch gives it, also one of another realm', async () => {
    const buffer = written.slice().buffer;
    expect((await deserialize(buffer, formats)).w.decompress()).toEqual(
      (await deserialize(written, formats)).w.decompress(),
    );
    expect((await new Response(written.slice()).arrayBuffer()) instanceof ArrayBuffer).toBe(true);
    await expect(deserialize(await new Response(written.slice()).arrayBuffer(), formats)).resolves.toHaveProperty('w');
  });

  it('are refused as truncated when their buffer was sent away', async () => {
    const buffer = written.slice().buffer;
    structuredClone(buffer, { transfer: [buffer] });
    await expect(deserialize(buffer, formats)).rejects.toMatchObject({ code: 'file-truncated' });
  });

  const refused: readonly unknown[] = [
    undefined,
    null,
    0,
    7,
    'safetensors',
    {},
    [],
    [1, 2],
    true,
    () => written,
    Symbol('s'),
    Promise.resolve(written),
    new Float32Array(4),
    new DataView(new ArrayBuffer(8)),
    new SharedArrayBuffer(64),
    new Response(written.slice()),
  ];
  it.each(refused)('are refused: %o', async (bytes) => {
    const reading = deserialize(bytes as Uint8Array, formats);
    await expect(reading).rejects.toMatchObject({ code: 'invalid-option', details: { where: 'file bytes' } });
  });

  it.each([undefined, null, [], [rankOneFormat], 'lowrank', {}, rankOneFormat, () => formats])(
    'need a registry: %o',
    async (known) => {
      await expect(deserialize(written, known as never)).rejects.toMatchObject({ code: 'invalid-option' });
    },
  );
});

describe('limits', () => {
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`m${i}`, rankOne([1, 2, 3], [10, 20])]));

  it('hold for all matrices of a file together, and are the same for writing', async () => {
    const file = serialize(many, { maxElements: 120 });
    await expect(deserialize(file, formats, { maxElements: 120 })).resolves.toHaveProperty('m19');
    await expect(deserialize(file, formats, { maxElements: 119 })).rejects.toMatchObject({ code: 'file-oversized' });
    expect(() => serialize(many, { maxElements: 119 })).toThrow(expect.objectContaining({ code: 'file-oversized' }));
  });

  it('stop before the first matrix is unpacked', async () => {
    let unpacked = 0;
    const counting = {
      ...rankOneFormat,
      unpack(...args: Parameters<typeof rankOneFormat.unpack>) {
        unpacked++;
        return rankOneFormat.unpack(...args);
      },
    };
    const reading = deserialize(serialize(many), createFormatRegistry([counting]), { maxElements: 100 });
    await expect(reading).rejects.toMatchObject({ code: 'file-oversized' });
    expect(unpacked).toBe(0);
  });

  it('reach the format', async () => {
    const seen: unknown[] = [];
    const watching = {
      ...rankOneFormat,
      unpack(...[packed, limits]: Parameters<typeof rankOneFormat.unpack>) {
        seen.push(limits);
        return rankOneFormat.unpack(packed);
      },
    };
    await deserialize(written, createFormatRegistry([watching]), { maxElements: 6 });
    await deserialize(written, createFormatRegistry([watching]));
    expect(seen).toEqual([{ maxElements: 6 }, { maxElements: 2 ** 28 }]);
  });

  it.each([null, 5, 'all', { maxElement: 5 }, { maxElements: -1 }, { maxElements: Number.NaN }, { maxElements: '9' }])(
    'are checked themselves: %o',
    async (limits) => {
      const code = expect.stringMatching(/^(invalid|unknown)-option$/);
      await expect(deserialize(written, formats, limits as never)).rejects.toMatchObject({ code });
      expect(() => serialize({}, limits as never)).toThrow(expect.objectContaining({ code }));
    },
  );
});

describe('serialize', () => {
  const names = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '',
      '__proto__',
      'constructor',
      'toString',
      '__metadata__',
      '0',
      'a/b',
      '/',
      '\ud800',
      '"',
      '\u0000',
      'gcompress.checksum":"',
    ),
  );
  const sides = fc.oneof(
    fc.integer({ min: 1, max: 4 }),
    fc.constantFrom(0, -1, 1.5, Number.NaN, '2', null, 2 ** 14, 2 ** 31, 2 ** 53, 2 ** 60),
  );
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: [deep(levels - 1)] });
  const configs = fc.oneof(
    { weight: 4, arbitrary: fc.dictionary(names, fc.jsonValue()) },
    fc.integer({ min: 20, max: 60 }).map((levels) => ({ a: deep(levels) })),
    fc.constantFrom<unknown>(
      null,
      undefined,
      [],
      5,
      'x',
      { a: Number.NaN },
      { a: 1n },
      { a: () => 1 },
      { a: new Date(0) },
      { a: Symbol('s') },
    ),
  );
  const tensors = fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    fc.constantFrom<unknown>(
      { shape: [3], data: [1, 2, 3] },
      { shape: [1], data: new Float64Array(1) },
      { shape: [1], data: new Uint8ClampedArray(1) },
      { shape: [2], data: new Uint8Array(1) },
      { shape: [0, 2 ** 50], data: new Uint8Array(0) },
      { shape: 'x', data: new Uint8Array(1) },
      { shape: [{ toString: 1 }], data: new Uint8Array(1) },
      null,
      7,
    ),
  );
  const identity = fc.oneof(
    { weight: 6, arbitrary: fc.constant({}) },
    fc.constantFrom({ version: 0 }, { version: '1' }, { format: 7 }, { version: 1.5 }),
  );

  /** A matrix of two columns whose stored form was tampered with. */
  function tampered(shape: readonly unknown[], config: unknown, extra: unknown, changes: object): CompressedMatrix {
    const [rows, cols] = shape.map((side) =>
      Number.isInteger(side) && Number(side) > 0 && Number(side) < 5 ? Number(side) : 1,
    );
    const good = rankOne(new Array(rows).fill(2), new Array(cols).fill(3));
    const packed = good.pack();
    return {
      ...good,
      pack: () => ({
        ...packed,
        ...changes,
        shape: shape as never,
        config: config as JsonObject,
        tensors: { ...packed.tensors, ...(extra !== undefined && { extra: extra as never }) },
      }),
    };
  }

  // A format that takes extra tensors and any shape, so that only the file itself is tried
  const tolerant = createFormatRegistry([
    {
      ...rankOneFormat,
      unpack: () => ({
        column: floatFactor([1, 1], new Float32Array(1)),
        row: floatFactor([1, 1], new Float32Array(1)),
      }),
    },
  ]);

  it('writes what deserialize reads, name by name, or refuses', async () => {
    let accepted = 0;
    const matrix = fc.tuple(fc.tuple(sides, sides), configs, tensors, identity).map((parts) => tampered(...parts));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(names, matrix), { selector: ([name]) => name, maxLength: 3 }),
        async (entries) => {
          const matrices = Object.fromEntries(entries);
          let file: Uint8Array;
          try {
            file = serialize(matrices);
          } catch (error) {
            if (!isGCompressError(error)) throw error;
            return;
          }
          accepted++;
          const read = await deserialize(file, tolerant);
          expect(Object.keys(read)).toEqual(Object.keys(matrices));
          for (const [name, one] of Object.entries(matrices)) {
            expect(read[name].shape).toEqual(one.pack().shape);
            expect(JSON.stringify(read[name].config)).toBe(JSON.stringify(one.pack().config));
          }
        },
      ),
      { numRuns: 400, seed: 1 },
    );
    expect(accepted).toBeGreaterThan(40);
  });

  it.each([undefined, null, 5, 'x', [], () => ({}), Promise.resolve({})])('refuses %o as matrices', (matrices) => {
    expect(() => serialize(matrices as never)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });

  it.each([undefined, null, 5, 'x', [], {}, Promise.resolve(rankOne([1], [1])), { pack: 1 }])(
    'refuses %o as a matrix',
    (one) => {
      expect(() => serialize({ one: one as never })).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    },
  );

  it('refuses a format whose pack() gives no tensors', () => {
    for (const pack of [() => undefined, () => ({ column: null }), () => 7]) {
      const broken = createCompressedMatrix({ ...rankOneFormat, pack: pack as never }, rankOne([1], [1]));
      expect(() => serialize({ broken })).toThrow(expect.objectContaining({ code: 'contract' }));
    }
  });
});
