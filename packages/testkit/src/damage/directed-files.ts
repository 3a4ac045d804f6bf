// Files that somebody wrote on purpose: every place of a matrix's description with every value that fools a careless reader.
import {
  type CompressedMatrix,
  createFormatRegistry,
  elementCount,
  isGCompressError,
  type PackedTensor,
  serialize,
} from '@gcompress/core';
import { ConformanceError, describeError, ensure } from '../assertions/assertions.ts';
import { readWithRightChecksum, use } from './fuzz-file.ts';

/** JSON that stands where a number, a string, a list or an object belongs. */
const HOSTILE: Readonly<Record<string, string>> = {
  null: 'null',
  true: 'true',
  '−1': '-1',
  '0.5': '0.5',
  '2^14': '16384',
  '2^31': '2147483648',
  '2^53': '9007199254740992',
  '1e308': '1e308',
  "'17'": '"17"',
  "'__proto__'": '"__proto__"',
  '{}': '{}',
  '[]': '[]',
  'an object with toString': '{"toString":1,"valueOf":1,"toJSON":1,"length":1}',
  'a list of such objects': '[{"toString":1},{"toString":1}]',
  'a huge shape': '[16384,16384]',
  'a long shape': '[1,268435456]',
  'lists 100,000 deep': '['.repeat(100_000) + ']'.repeat(100_000),
  'objects 50 deep': `${'{"a":'.repeat(50)}1${'}'.repeat(50)}`,
};

const MARK = '@here@';

/**
 * Reads every directed file of a matrix, with a checksum that agrees. Each is refused with a GCompressError, or gives matrices that can be
 * used; and no factor is larger than the file and the limit of the reader.
 *
 * @returns how many files were read.
 * @throws ConformanceError that says what was in which place.
 */
export async function readDirectedFiles(compressed: CompressedMatrix): Promise<number> {
  const files = [...descriptionEdits(compressed), ...tensorEdits(compressed)];
  const formats = createFormatRegistry([compressed.format]);
  // Room for what was written, so that what is more comes from the file's claims
  const maxElements = Math.max(4096, 4 * elementCount(compressed.shape));
  for (const { what, bytes } of files) {
    try {
      const matrices = await readWithRightChecksum(bytes, formats, { maxElements });
      for (const matrix of Object.values(matrices)) {
        for (const [name, { shape }] of Object.entries(matrix.factors)) {
          const most = Math.max(maxElements, bytes.length);
          ensure(
            elementCount(shape) <= most,
            `made ${elementCount(shape)} values of factor '${name}', ${most} at most`,
          );
        }
        use(matrix);
      }
    } catch (error) {
      if (isGCompressError(error)) continue;
      throw new ConformanceError(`${what}: ${describeError(error)}`, { cause: error });
    }
  }
  return files.length;
}

interface DirectedFile {
  readonly what: string;
  readonly bytes: Uint8Array;
}

/** Each value of the description, inside the config too, replaced by each hostile one; and each key left out. */
function descriptionEdits(compressed: CompressedMatrix): DirectedFile[] {
  const written = serialize({ matrix: compressed });
  const dataStart = 8 + Number(new DataView(written.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(written.subarray(8, dataStart)));
  const list = JSON.parse(header.__metadata__['gcompress.matrices']);
  const withList = (text: string) => {
    const metadata = { ...header.__metadata__, 'gcompress.matrices': text };
    return fileOf(JSON.stringify({ ...header, __metadata__: metadata }), written.subarray(dataStart));
  };
  return placesOf(list.matrix).flatMap((place) => {
    const marked = JSON.stringify({ matrix: replaced(list.matrix, place, MARK) });
    return Object.entries(HOSTILE).map(([name, json]) => ({
      what: `${place.join('.')} set to ${name}`,
      bytes: withList(marked.replace(`"${MARK}"`, () => json)),
    }));
  });
}

/** Each tensor with values that point beyond everything, that are no numbers, and with another length. */
function tensorEdits(compressed: CompressedMatrix): DirectedFile[] {
  const { tensors } = compressed.pack();
  return Object.entries(tensors).flatMap(([name, tensor]) =>
    Object.entries(tensorVariants(tensor)).map(([what, variant]) => {
      const pack = () => ({ ...compressed.pack(), tensors: { ...tensors, [name]: variant } });
      return { what: `tensor '${name}' with ${what}`, bytes: serialize({ matrix: { ...compressed, pack } }) };
    }),
  );
}

function tensorVariants({ shape, data }: PackedTensor): Record<string, PackedTensor> {
  const filled = (value: number) => ({ shape, data: data.slice().fill(value) });
  const values =
    data instanceof Float32Array ? [Number.NaN, Number.POSITIVE_INFINITY, -1e38, 3e38] : [-1, 0x7fffffff, 0];
  const none = { shape: shape.map((side, axis) => (axis === 0 ? 0 : side)), data: data.slice(0, 0) };
  return {
    ...Object.fromEntries(values.map((value) => [`each value ${value}`, filled(value)])),
    'no values': none,
    'one axis': { shape: [data.length], data },
    'an axis more': { shape: [...shape, 1], data },
  };
}

/** Every place in a JSON value: a path of keys. */
function placesOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...placesOf(inner, [...path, key])]);
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: string): unknown {
  const entries = Object.entries(value as object).map(([name, inner]) => {
    if (name !== key) return [name, inner];
    return [name, rest.length === 0 ? by : replaced(inner, rest, by)];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

function fileOf(header: string, data: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}
