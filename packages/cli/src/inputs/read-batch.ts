// Reads one batch of a module: a tensor, a plain array, or several of them in order or by name.
import { describeValue } from '@gcompress/core/checks';
import { inputError, messageOf } from '../process/refusals.ts';
import type { PlainArray } from './plain-array.ts';
import type { NamedArrays } from './read-arrays.ts';

/** The arrays of a batch. */
export interface Batch {
  /** By name, or by place in their order. */
  readonly arrays: NamedArrays;
  /** Whether the batch was a record with the names of inputs. */
  readonly isNamed: boolean;
}

/** A tensor of any copy of TensorFlow.js. */
interface AnyTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  data(): Promise<unknown>;
  dispose(): void;
}

const EXPECTED = 'batches that are tensors or { shape, data }, arrays of them, or records by the name of the input';

/**
 * Reads the values of a batch, and disposes its tensors, also after an error.
 *
 * @throws GCompressError `file-read` for anything but numbers with a batch axis.
 */
export async function readBatch(where: string, batch: unknown): Promise<Batch> {
  const { members, isNamed } = membersOf(where, batch);
  try {
    const arrays = new Map<string, PlainArray>();
    for (const [name, member] of members) {
      const array = await arrayOf(name === '' ? where : `${where}, '${name}'`, member);
      arrays.set(name, array);
    }
    return { arrays, isNamed };
  } finally {
    for (const [, member] of members) if (isTensor(member)) member.dispose();
  }
}

function membersOf(where: string, batch: unknown) {
  const isOne = isTensor(batch) || isPlain(batch);
  if (isOne) return { members: [['', batch]] as const, isNamed: false };
  const members = typeof batch === 'object' && batch !== null ? Object.entries(batch) : [];
  if (members.length === 0) throw inputError(where, EXPECTED, describeValue(batch));
  return { members, isNamed: !Array.isArray(batch) };
}

async function arrayOf(where: string, member: unknown): Promise<PlainArray> {
  const { shape, data } = await valuesOf(where, member);
  const size = shape.reduce((product, side) => product * side, 1);
  if (!shape.every((side) => Number.isInteger(side) && side >= 0) || size !== data.length) {
    throw inputError(where, `${size} values, as the shape [${shape.join(', ')}] says`, `${data.length}`);
  }
  if (shape.length === 0) throw inputError(where, 'a shape that starts with the number of examples', '[]');
  // A copy: the module may fill the same array again for its next batch
  if (data instanceof Float32Array || data instanceof Float64Array) {
    return { shape: [...shape], dtype: 'float32', data: Float32Array.from(data) };
  }
  const values = Int32Array.from(data);
  const at = data instanceof Uint32Array ? values.findIndex((value) => value < 0) : -1;
  if (at >= 0) throw inputError(where, 'integers that int32 holds', `${data[at]}`);
  return { shape: [...shape], dtype: 'int32', data: values };
}

async function valuesOf(where: string, member: unknown): Promise<PlainValues> {
  if (isPlain(member)) return member;
  if (!isTensor(member)) throw inputError(where, EXPECTED, describeValue(member));
  const { shape, dtype } = member;
  const data = await member.data().catch((cause: unknown) => {
    throw inputError(where, 'a tensor that can be read', messageOf(cause));
  });
  if (isNumbers(data) && dtype !== 'complex64') return { shape, data };
  throw inputError(where, 'tensors of float32, int32 or bool', dtype);
}

type Numbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array;

/** A plain array: values in row-major order, and the shape. */
interface PlainValues {
  readonly shape: readonly number[];
  readonly data: Numbers;
}

function isTensor(value: unknown): value is AnyTensor {
  const { shape, dtype, data, dispose } = (value ?? {}) as Partial<AnyTensor>;
  return (
    [data, dispose].every((each) => typeof each === 'function') && Array.isArray(shape) && typeof dtype === 'string'
  );
}

function isPlain(value: unknown): value is PlainValues {
  const { shape, data } = (value ?? {}) as Partial<PlainValues>;
  return Array.isArray(shape) && isNumbers(data);
}

function isNumbers(data: unknown): data is Numbers {
  return ArrayBuffer.isView(data) && !(data instanceof DataView) && typeof (data as Numbers).at(0) !== 'bigint';
}
