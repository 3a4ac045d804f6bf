// Random changes of the bytes of a file.
import type { Random } from '@gcompress/core';
import { editHeader, type Mutation, pick } from './header-edits.ts';

/**
 * Damages a file at random: any byte, values of its tensors, or its header, edited by someone who knows the layout. The input is not
 * changed.
 */
export function mutate(bytes: Uint8Array, random: Random): Mutation {
  return pick([editHeader, damageValues, damageBytes], random)(bytes, random);
}

function damageBytes(bytes: Uint8Array, random: Random): Mutation {
  return pick(BYTE_MUTATIONS, random)(bytes, random);
}

/** Changes a byte behind the header, and so one value of a tensor. */
function damageValues(bytes: Uint8Array, random: Random): Mutation {
  const dataStart = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (dataStart === bytes.length) return damageBytes(bytes, random);
  const at = dataStart + random.integer(bytes.length - dataStart);
  const value = pick([bytes[at] + 1, bytes[at] - 1, 0, 0x7f, 0x80, 0xff], random) & 0xff;
  return { bytes: withByte(bytes, at, value), what: `byte ${at} set to ${value}` };
}

const BYTE_MUTATIONS: readonly ((bytes: Uint8Array, random: Random) => Mutation)[] = [
  (bytes, random) => {
    const at = random.integer(bytes.length);
    const bit = random.integer(8);
    return { bytes: withByte(bytes, at, bytes[at] ^ (1 << bit)), what: `bit ${bit} of byte ${at} flipped` };
  },
  (bytes, random) => {
    const length = random.integer(bytes.length);
    return { bytes: bytes.slice(0, length), what: `cut off after ${length} bytes` };
  },
  (bytes, random) => {
    const [begin, end] = span(bytes, random);
    return { bytes: bytes.slice().fill(0, begin, end), what: `bytes ${begin} to ${end} set to 0` };
  },
  (bytes, random) => {
    const [begin, end] = span(bytes, random);
    return { bytes: join(bytes.subarray(0, begin), bytes.subarray(end)), what: `bytes ${begin} to ${end} removed` };
  },
  (bytes, random) => {
    const [begin, end] = span(bytes, random);
    return { bytes: join(bytes.subarray(0, end), bytes.subarray(begin)), what: `bytes ${begin} to ${end} repeated` };
  },
  (bytes, random) => {
    const [begin, end] = span(bytes, random);
    const to = random.integer(bytes.length - (end - begin) + 1);
    return { bytes: bytes.slice().copyWithin(to, begin, end), what: `bytes ${begin} to ${end} copied to ${to}` };
  },
  (bytes, random) => {
    const length = 1 + random.integer(16);
    return { bytes: join(bytes, new Uint8Array(length)), what: `${length} bytes appended` };
  },
];

function span(bytes: Uint8Array, random: Random): [begin: number, end: number] {
  const begin = random.integer(bytes.length);
  return [begin, Math.min(bytes.length, begin + 1 + random.integer(16))];
}

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const changed = bytes.slice();
  changed[at] = value;
  return changed;
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
