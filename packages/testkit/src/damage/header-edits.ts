// Random edits of the JSON header of a file.
import type { Random } from '@gcompress/core';

/** Damaged bytes. */
export interface Mutation {
  readonly bytes: Uint8Array;
  /** A description of the damage, for the failure's message. */
  readonly what: string;
}

/** Where the list of matrices stands inside the header: JSON that is kept as a string. */
const MATRICES = 'gcompress.matrices';
const PREFIX_BYTES = 8;

type Node = Record<string, unknown>;

/** A place in the header: a key of an object or an index of an array. */
interface Slot {
  readonly holder: Node;
  readonly key: string;
}

/** Changes one or two values in the header of an undamaged file. Lengths and JSON stay valid, the meaning changes. */
export function editHeader(bytes: Uint8Array, random: Random): Mutation {
  const dataStart = PREFIX_BYTES + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(PREFIX_BYTES, dataStart))) as Node;
  const metadata = header.__metadata__ as Node;
  metadata[MATRICES] = JSON.parse(String(metadata[MATRICES]));
  // Most edits change the parts that a format reads: the description of its matrix, config and shape
  const matrices = metadata[MATRICES] as Record<string, { readonly config: Node; readonly shape: Node }>;
  const roots = [header, matrices, ...Object.values(matrices).flatMap(({ config, shape }) => [config, shape])];
  const edits = Array.from({ length: 1 + random.integer(2) }, () => editSlot(slotsOf(pick(roots, random)), random));
  const holder = header.__metadata__;
  if (isNode(holder) && isNode(holder[MATRICES])) holder[MATRICES] = JSON.stringify(holder[MATRICES]);
  return { bytes: withHeader(header, bytes.subarray(dataStart)), what: `header: ${edits.join(' and ')}` };
}

function editSlot(slots: readonly Slot[], random: Random): string {
  if (slots.length === 0) return 'nothing';
  const { holder, key } = pick(slots, random);
  const value = holder[key];
  const other = pick(slots, random);
  switch (pick(['replace', 'replace', 'change', 'change', 'delete', 'swap', 'copy'], random)) {
    case 'delete':
      delete holder[key];
      return `'${key}' deleted`;
    case 'swap':
      // A value moved into itself would be a cycle, which no JSON text has
      if (contains(value, other.holder) || contains(other.holder[other.key], holder)) return 'nothing';
      holder[key] = other.holder[other.key];
      other.holder[other.key] = value;
      return `'${key}' and '${other.key}' swapped`;
    case 'copy':
      holder[`${key}2`] = structuredClone(value);
      return `'${key}' copied`;
    case 'change':
      holder[key] = changed(value, random);
      return `'${key}' changed from ${JSON.stringify(value)} to ${JSON.stringify(holder[key])}`;
    default:
      holder[key] = structuredClone(pick(HOSTILE, random));
      return `'${key}' set to ${JSON.stringify(holder[key])}`;
  }
}

/** Values that a careless reader would take for a size, an index, a name or an object. */
const HOSTILE: readonly unknown[] = [
  -1,
  0,
  1,
  2,
  1.5,
  255,
  65536,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e308,
  null,
  true,
  false,
  '',
  '0',
  '1e9',
  '__proto__',
  'constructor',
  [],
  {},
  [0],
  [1, 1],
  [2 ** 31, 2 ** 31],
  [0, 2 ** 53 - 1],
  [-1, -1],
  [1.5, 2],
  [[]],
  'U8',
  'F32',
  'F64',
];

/** A value near a valid value, because such values pass a first check. */
function changed(value: unknown, random: Random): unknown {
  if (typeof value === 'number') return pick([value + 1, value - 1, value * 2, value / 2, -value, value + 0.5], random);
  // Exchanges four-byte types, so that the lengths stay right
  if (value === 'F32' || value === 'I32') return pick(['F32', 'I32', 'U32'], random);
  if (typeof value === 'string') return pick([`${value}x`, value.slice(1), value.toUpperCase()], random);
  if (Array.isArray(value)) return pick([[...value, 1], value.slice(1), [...value].reverse()], random);
  return pick(HOSTILE, random);
}

function slotsOf(node: Node): Slot[] {
  return Object.keys(node).flatMap((key) => {
    const value = node[key];
    return [{ holder: node, key }, ...(isNode(value) ? slotsOf(value) : [])];
  });
}

function contains(value: unknown, node: Node): boolean {
  return value === node || (isNode(value) && Object.values(value).some((inner) => contains(inner, node)));
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null;
}

function withHeader(header: Node, data: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(PREFIX_BYTES + length + data.length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, PREFIX_BYTES);
  bytes.set(data, PREFIX_BYTES + length);
  return bytes;
}

/** One of these values, all equally likely. */
export function pick<T>(choices: readonly T[], random: Random): T {
  return choices[random.integer(choices.length)];
}
