// Reads and writes the safetensors container.
import { GCompressError } from '../checks/errors.ts';
import { describeShape, describeValue } from '../checks/option-checks.ts';
import { assertElementLimit } from '../checks/size-limit.ts';
import type { PackedTensor } from '../contract/compressed-format.ts';
import { elementCount } from '../tensors/element-count.ts';
import { packedDtype } from './packed-tensor.ts';
import { isRecord, isSizes, parseObject } from './stored-json.ts';

// The container: 8 bytes little-endian header length, a JSON header, then the tensors' bytes.
// https://github.com/huggingface/safetensors#format

const DTYPES = { float32: 'F32', int32: 'I32', uint32: 'U32', uint16: 'U16', uint8: 'U8' } as const;
const ARRAYS = {
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  U16: Uint16Array,
  U8: Uint8Array,
} as const;
const MAX_HEADER_BYTES = 100_000_000;
const PREFIX_BYTES = 8;

interface TensorEntry {
  readonly dtype: keyof typeof ARRAYS;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [begin: number, end: number];
}

/**
 * The bytes of a safetensors file. Largest elements come first, so that every tensor is aligned to its type.
 *
 * @throws GCompressError `contract` when a tensor does not fill its shape or has a type that the format lacks, `file-oversized` when it
 *   or the header is larger than readers accept: nobody could read it again.
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, PackedTensor>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  assertLittleEndian();
  const names = Object.keys(tensors).sort(
    (a, b) => tensors[b].data.BYTES_PER_ELEMENT - tensors[a].data.BYTES_PER_ELEMENT || (a < b ? -1 : Number(a > b)),
  );
  const entries: [string, unknown][] = [['__metadata__', metadata]];
  let offset = 0;
  for (const name of names) {
    const { shape, data } = tensors[name];
    if (!isSizes(shape) || elementCount(shape) !== data.length) {
      throw new GCompressError('contract', {
        where: `tensor '${name}'`,
        expected: `a shape of ${data.length} values`,
        actual: describeShape(shape),
      });
    }
    assertTensorLimit(name, shape);
    entries.push([name, { dtype: DTYPES[packedDtype(data)], shape, data_offsets: [offset, offset + data.byteLength] }]);
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  assertHeaderLimit(headerBytes);
  const file = new Uint8Array(PREFIX_BYTES + headerBytes + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, PREFIX_BYTES, PREFIX_BYTES + headerBytes);
  file.set(json, PREFIX_BYTES);
  let at = PREFIX_BYTES + headerBytes;
  for (const name of names) {
    const { data } = tensors[name];
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/**
 * Reads a safetensors file as hostile input: lengths, offsets, dtypes and shapes are checked before anything is allocated.
 *
 * @throws GCompressError `file-truncated`, `file-header`, `file-oversized`, `file-overlap` or `file-dtype`.
 */
export function readSafetensors(file: Uint8Array): {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: Readonly<Record<string, PackedTensor>>;
} {
  assertLittleEndian();
  const { header, dataStart } = readHeader(file);
  const { __metadata__: metadata = {}, ...rest } = header;
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    throw badHeader('__metadata__ with strings', describeValue(metadata));
  }
  const entries = Object.entries(rest).map(([name, entry]) => [name, checkedEntry(name, entry)] as const);
  assertGapless(entries, file.length - dataStart);
  const tensors = entries.map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ]) => {
      // A copy, because the file may start at an address that its tensors cannot be read from in place; not by slice(),
      // which gives a view when the file is a Node.js Buffer
      const bytes = new Uint8Array(end - begin);
      bytes.set(file.subarray(dataStart + begin, dataStart + end));
      return [name, { shape, data: new ARRAYS[dtype](bytes.buffer) }] as const;
    },
  );
  return { metadata: metadata as Record<string, string>, tensors: Object.fromEntries(tensors) };
}

function readHeader(file: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (file.length < PREFIX_BYTES) throw truncated(`at least ${PREFIX_BYTES} bytes`, file.length);
  const announced = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  assertHeaderLimit(Number(announced));
  const dataStart = PREFIX_BYTES + Number(announced);
  if (file.length < dataStart) throw truncated(`a header of ${announced} bytes`, file.length);
  const header = parseObject(decode(file.subarray(PREFIX_BYTES, dataStart)), 'file header', 'a JSON object');
  return { header, dataStart };
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw badHeader('UTF-8', 'other bytes', cause);
  }
}

function checkedEntry(name: string, entry: unknown): TensorEntry {
  if (!isRecord(entry)) throw badHeader(`an object for tensor '${name}'`, describeValue(entry));
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(ARRAYS, dtype)) {
    throw new GCompressError('file-dtype', {
      where: `tensor '${name}'`,
      expected: `one of ${Object.keys(ARRAYS).join(', ')}`,
      actual: describeValue(dtype),
    });
  }
  if (!isSizes(shape)) throw badHeader(`a shape for tensor '${name}'`, describeShape(shape));
  if (!isSizes(offsets) || offsets.length !== 2)
    throw badHeader(`offsets for tensor '${name}'`, describeShape(offsets));
  assertTensorLimit(name, shape);
  const type = dtype as keyof typeof ARRAYS;
  const bytes = elementCount(shape) * ARRAYS[type].BYTES_PER_ELEMENT;
  if (offsets[1] - offsets[0] !== bytes) {
    throw badHeader(`${bytes} bytes for tensor '${name}'`, `${offsets[1] - offsets[0]}`);
  }
  return { dtype: type, shape, data_offsets: [offsets[0], offsets[1]] };
}

/** The tensors must fill the data section: nothing shared, nothing left over. */
function assertGapless(entries: readonly (readonly [string, TensorEntry])[], available: number): void {
  const ordered = [...entries].sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  );
  let end = 0;
  for (const [name, entry] of ordered) {
    const [begin, next] = entry.data_offsets;
    if (begin !== end) {
      throw new GCompressError('file-overlap', {
        where: `tensor '${name}'`,
        expected: `to begin at byte ${end} of the data`,
        actual: `byte ${begin}`,
        hint: 'The file is damaged or hostile.',
      });
    }
    end = next;
  }
  if (end > available) throw truncated(`${end} bytes of data`, available);
  if (end < available) {
    throw new GCompressError('file-overlap', {
      where: 'file data',
      expected: `${end} bytes that belong to tensors`,
      actual: `${available}`,
      hint: 'Bytes that no tensor owns are refused.',
    });
  }
}

function assertTensorLimit(name: string, shape: readonly number[]): void {
  // Sides of 0 are left out, or an empty tensor could announce a side of any size
  assertElementLimit(elementCount(shape.filter((side) => side > 0)), `tensor '${name}'`);
}

function assertHeaderLimit(bytes: number): void {
  if (bytes <= MAX_HEADER_BYTES) return;
  throw new GCompressError('file-oversized', {
    where: 'file header',
    expected: `at most ${MAX_HEADER_BYTES} bytes`,
    actual: `${bytes}`,
    hint: 'This is no safetensors file, or a hostile one.',
  });
}

function assertLittleEndian(): void {
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) return;
  throw new GCompressError('unsupported', {
    where: 'safetensors',
    expected: 'a little-endian machine',
    actual: 'big-endian',
  });
}

function badHeader(expected: string, actual: string, cause?: unknown): GCompressError {
  return new GCompressError('file-header', { where: 'file header', expected, actual, cause });
}

function truncated(expected: string, actual: number): GCompressError {
  return new GCompressError('file-truncated', {
    where: 'file',
    expected,
    actual: `${actual}`,
    hint: 'The file was cut off; copy or download it again.',
  });
}
