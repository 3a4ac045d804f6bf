// Directed hostile files: puts each value that could fool a careless reader at each place of a matrix's description.
import {
  type CompressedMatrix,
  createFormatRegistry,
  deserialize,
  elementCount,
  isGCompressError,
  type PackedTensor,
  type ReadLimits,
  serialize,
} from '@gcompress/core';
import { decodeMatrices, type MatrixDecoder } from '@gcompress/core/decode';
import { ConformanceError, describeError, ensure, sameNumbers } from '../assertions/assertions.ts';
import { LARGEST_DECOMPRESSED, readWithRightChecksum, use } from './fuzz-file.ts';

/** JSON values to put in the place of a number, a string, a list or an object. */
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
  // Just deeper than the stack, because parsing it takes most of the time
  'lists 20,000 deep': '['.repeat(20_000) + ']'.repeat(20_000),
  'objects 50 deep': `${'{"a":'.repeat(50)}1${'}'.repeat(50)}`,
};

const MARK = '@here@';

/**
 * Reads every directed file of a matrix, with the right checksum. Each must be refused with a GCompressError or give usable matrices, and
 * no factor may be larger than the file and the reader's limit allow. A decoder for pages must refuse the same files with the same codes,
 * and give the same matrices.
 *
 * @returns the number of files read.
 * @throws ConformanceError that names the value and its place.
 */
export async function readDirectedFiles(compressed: CompressedMatrix, decoder?: MatrixDecoder): Promise<number> {
  const files = [...descriptionEdits(compressed), ...tensorEdits(compressed)];
  const formats = createFormatRegistry([compressed.format]);
  // Room for the matrix as written, so that anything larger comes from the file's claims
  const maxElements = Math.max(4096, 4 * elementCount(compressed.shape));
  for (const { what, bytes } of files) {
    try {
      const matrices = await readWithRightChecksum(bytes, (file) => deserialize(file, formats, { maxElements }));
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
      if (decoder) await assertDecoded(bytes, decoder, { maxElements }, matrices);
    } catch (error) {
      try {
        if (!isGCompressError(error)) throw error;
        if (decoder) await assertDecoderRefuses(bytes, decoder, { maxElements }, error.code);
      } catch (wrong) {
        throw new ConformanceError(`${what}: ${describeError(wrong)}`, { cause: wrong });
      }
    }
  }
  return files.length;
}

/** The decoder must give what the format gives. */
async function assertDecoded(
  bytes: Uint8Array,
  decoder: MatrixDecoder,
  limits: ReadLimits,
  matrices: Readonly<Record<string, CompressedMatrix>>,
): Promise<void> {
  const decoded = await readWithRightChecksum(bytes, (file) => decodeMatrices(file, [decoder], limits)).catch(
    (cause) => {
      throw new ConformanceError(`was accepted, but not by the decoder: ${describeError(cause)}`, { cause });
    },
  );
  for (const [name, matrix] of Object.entries(matrices)) {
    if (elementCount(matrix.shape) > LARGEST_DECOMPRESSED) continue;
    const { data } = matrix.decompress();
    // What 0 times a value that is not finite gives depends on the way to compute it
    if (!data.every(Number.isFinite)) continue;
    ensure(sameNumbers(decoded[name].data, data), 'the decoder gives another matrix');
  }
}

async function assertDecoderRefuses(
  bytes: Uint8Array,
  decoder: MatrixDecoder,
  limits: ReadLimits,
  code: string,
): Promise<void> {
  const decoded = readWithRightChecksum(bytes, (file) => decodeMatrices(file, [decoder], limits));
  const got = await decoded.then(
    () => 'accepted',
    (error: unknown) => (isGCompressError(error) ? error.code : describeError(error)),
  );
  ensure(got === code, `was refused as '${code}', but by the decoder: ${got}`);
}

interface DirectedFile {
  readonly what: string;
  readonly bytes: Uint8Array;
}

/** Replaces each value of the description, also inside the config, by each hostile value, and leaves out each key. */
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

/** Gives each tensor values out of every range, values that are not numbers, and a wrong length. */
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
