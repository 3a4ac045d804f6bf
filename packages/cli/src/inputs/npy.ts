// Reads NumPy's file format for one array: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
import { inputError } from '../process/refusals.ts';
import type { PlainArray } from './plain-array.ts';

const MAGIC = '\x93NUMPY';
/** The most values of inputs. */
export const MAX_VALUES = 2 ** 28;

type Read = (view: DataView, at: number) => number;

/** How little-endian values of each type are read, and the type that they become. */
const TYPES: Readonly<
  Record<string, readonly [bytes: number, dtype: PlainArray['dtype'], read: (little: boolean) => Read]>
> = {
  f4: [4, 'float32', (little) => (view, at) => view.getFloat32(at, little)],
  f8: [8, 'float32', (little) => (view, at) => view.getFloat64(at, little)],
  i1: [1, 'int32', () => (view, at) => view.getInt8(at)],
  i2: [2, 'int32', (little) => (view, at) => view.getInt16(at, little)],
  i4: [4, 'int32', (little) => (view, at) => view.getInt32(at, little)],
  i8: [8, 'int32', (little) => (view, at) => Number(view.getBigInt64(at, little))],
  u1: [1, 'int32', () => (view, at) => view.getUint8(at)],
  u2: [2, 'int32', (little) => (view, at) => view.getUint16(at, little)],
  u4: [4, 'int32', (little) => (view, at) => view.getUint32(at, little)],
  u8: [8, 'int32', (little) => (view, at) => Number(view.getBigUint64(at, little))],
  b1: [1, 'bool', () => (view, at) => view.getUint8(at)],
};

/**
 * Reads an `.npy` file: float32 and float64 become float32, integers int32, booleans bool.
 *
 * @param where the name of the file in errors.
 * @throws GCompressError `file-read` for another kind of file, an unsupported type, integers beyond int32, or fewer values than the shape needs.
 */
export function readNpy(where: string, bytes: Uint8Array): PlainArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (latin(bytes.subarray(0, 6)) !== MAGIC || bytes.length < 12)
    throw inputError(where, 'an .npy file', 'another one');
  const isShort = view.getUint8(6) === 1;
  const start = isShort ? 10 : 12;
  const headerBytes = isShort ? view.getUint16(8, true) : view.getUint32(8, true);
  const header = latin(bytes.subarray(start, start + headerBytes));
  const [, order = '', type = ''] = /'descr':\s*'([<>|=])([a-z]\d+)'/.exec(header) ?? [];
  const [, fortran] = /'fortran_order':\s*(True|False)/.exec(header) ?? [];
  const [, sides] = /'shape':\s*\(([^)]*)\)/.exec(header) ?? [];
  const known = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (!known) throw inputError(where, 'values of float32, float64, integers or booleans', `'${order}${type}'`);
  if (fortran !== 'False')
    throw inputError(where, 'values in C order', 'Fortran order', 'Save numpy.ascontiguousarray(x).');
  if (sides === undefined) throw inputError(where, 'a shape', 'none');
  const shape = sides
    .split(',')
    .filter((side) => side.trim() !== '')
    .map(Number);
  const values = shape.reduce((product, side) => product * side, 1);
  const [size, dtype, reader] = known;
  const first = start + headerBytes;
  if (!Number.isSafeInteger(values) || values < 0 || values > MAX_VALUES || first + values * size > bytes.length) {
    const held = Math.max(0, Math.floor((bytes.length - first) / size));
    throw inputError(where, `${values} values, as its shape [${shape.join(', ')}] says`, `${held}`);
  }
  const read = reader(order !== '>');
  const data = newData(dtype, values);
  for (let i = 0; i < values; i++) {
    const value = read(view, first + i * size);
    data[i] = value;
    if (dtype === 'int32' && data[i] !== value) throw inputError(where, 'integers that int32 holds', `${value}`);
  }
  return { shape, dtype, data };
}

/** An array of zeros for values of a type. */
export function newData(dtype: PlainArray['dtype'], values: number): PlainArray['data'] {
  if (dtype === 'float32') return new Float32Array(values);
  return dtype === 'int32' ? new Int32Array(values) : new Uint8Array(values);
}

function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
