// Writes the bytes of a packed file: header, parts, checksums.
import { crc32 } from '@gcompress/core/storage';
import {
  CONTAINER_VERSION,
  FIRST_VERSION,
  type Header,
  MAGIC,
  PRELUDE_BYTES,
  type StoredCopy,
  type StoredPart,
  type StoredProbe,
  type StoredTensor,
} from '../container/header.ts';

/** A tensor with its bytes. */
export interface WrittenTensor {
  readonly tensor: StoredTensor;
  readonly bytes: Uint8Array;
}

/** A weight with its bytes, or a copy without bytes. */
export interface WrittenWeight {
  readonly tensor: StoredTensor | StoredCopy;
  readonly bytes: Uint8Array;
}

/** The content of a file. */
export interface FileContents {
  readonly model: Header['model'];
  readonly weights: readonly WrittenWeight[];
  readonly probes: readonly { readonly [part in keyof StoredProbe]: readonly WrittenTensor[] }[];
}

/** Bytes after which a part ends: a reader keeps the matrices of one in memory until its checksum is known. */
const PART_BYTES = 2 ** 18;

/** The file, and how many of its bytes come before the weights. */
export async function writeFile({ model, weights, probes }: FileContents): Promise<{
  readonly bytes: Uint8Array;
  readonly headerBytes: number;
}> {
  const all = [...weights, ...probes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs])];
  const tensors = (written: readonly WrittenTensor[]) => written.map(({ tensor }) => tensor);
  const header: Omit<Header, 'weights'> & { readonly weights: readonly WrittenWeight['tensor'][] } = {
    model,
    weights: weights.map(({ tensor }) => tensor),
    probes: probes.map(({ inputs, outputs }) => ({ inputs: tensors(inputs), outputs: tensors(outputs) })),
    parts: partsOf(all),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const stored = await deflated(text);
  const headerBytes = PRELUDE_BYTES + stored.length;
  const bytes = new Uint8Array(all.reduce((sum, one) => sum + one.bytes.length, headerBytes));
  const view = new DataView(bytes.buffer);
  bytes.set([...MAGIC].map((letter) => letter.charCodeAt(0)));
  // Files without copies stay files for every reader
  bytes[MAGIC.length] = weights.some(({ tensor }) => isCopy(tensor)) ? CONTAINER_VERSION : FIRST_VERSION;
  view.setUint32(4, stored.length, true);
  view.setUint32(8, text.length, true);
  view.setUint32(12, crc32(stored, crc32(bytes.subarray(0, 12))), true);
  bytes.set(stored, PRELUDE_BYTES);
  let at = headerBytes;
  for (const one of all) {
    bytes.set(one.bytes, at);
    at += one.bytes.length;
  }
  return { bytes, headerBytes };
}

function isCopy(tensor: WrittenWeight['tensor']): tensor is StoredCopy {
  return typeof tensor[1] === 'number';
}

function partsOf(all: readonly WrittenWeight[]): StoredPart[] {
  const parts: StoredPart[] = [];
  let [count, length, sum] = [0, 0, 0];
  for (const [index, { bytes }] of all.entries()) {
    [count, length, sum] = [count + 1, length + bytes.length, crc32(bytes, sum)];
    if (length < PART_BYTES && index < all.length - 1) continue;
    parts.push([count, length, sum]);
    [count, length, sum] = [0, 0, 0];
  }
  return parts;
}

async function deflated(text: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([text as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
