// A packed file of every kind of storage, and ways to write its parts anew with checksums that hold.
import { deflateSync, inflateSync } from 'node:zlib';
import { createRandom } from '@gcompress/core';
import { crc32 } from '@gcompress/core/storage';
import { kMeans } from '@gcompress/kmeans';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { uniform } from '@gcompress/uniform';
import type { Header } from '../src/container/header.ts';
import { rowDecoder } from '../src/formats/index.ts';
import { pack } from '../src/index.ts';
import { graphArtifacts } from './models.ts';

export const formats = [rowDecoder(kMeansFormat)];

/** A graph with compressed matrices, float16, integers, strings and probes. */
export async function packedExample(): Promise<Uint8Array> {
  const probes = [
    {
      inputs: [{ name: 'x', shape: [1, 6, 6, 2], seed: 1 }],
      outputs: [{ name: 'y', shape: [1, 7], dtype: 'float32', data: new Float32Array(7) } as const],
    },
  ];
  return (await pack(graphArtifacts(), { method: kMeans({ levels: 16 }), probes })).bytes;
}

/** A graph of one product, whose kernel has uniform levels of one step. */
export async function uniformExample(): Promise<Uint8Array> {
  const node = [
    { name: 'x', op: 'Placeholder', attr: {} },
    { name: 'kernel', op: 'Const', attr: {} },
    { name: 'y', op: 'MatMul', input: ['x', 'kernel'], attr: {} },
  ];
  const random = createRandom(2);
  const artifacts = {
    modelTopology: { node },
    weightSpecs: [{ name: 'kernel', dtype: 'float32' as const, shape: [20, 20] }],
    weightData: Float32Array.from({ length: 400 }, () => random.normal()).buffer,
  };
  return (await pack(artifacts, { method: uniform({ bits: 4 }) })).bytes;
}

/** The header of a file, and the bytes after it. */
export function takenApart(file: Uint8Array): { readonly header: Header; readonly data: Uint8Array } {
  const end = 16 + new DataView(file.buffer, file.byteOffset).getUint32(4, true);
  return { header: JSON.parse(inflateSync(file.subarray(16, end)).toString()), data: file.subarray(end) };
}

/** A file of this header's text and these bytes, with the checksum of the header that a reader asks for. */
export function putTogether(text: string, data: Uint8Array, textBytes?: number): Uint8Array {
  const stored = deflateSync(text);
  const file = new Uint8Array(16 + stored.length + data.length);
  const view = new DataView(file.buffer);
  file.set([...'GCM'].map((letter) => letter.charCodeAt(0)));
  file[3] = 2;
  view.setUint32(4, stored.length, true);
  view.setUint32(8, textBytes ?? Buffer.byteLength(text), true);
  view.setUint32(12, crc32(stored, crc32(file.subarray(0, 12))), true);
  file.set(stored, 16);
  file.set(data, 16 + stored.length);
  return file;
}

/** The header with the checksums of its parts computed anew over `data`. */
export function withChecksums(header: Header, data: Uint8Array): Header {
  let at = 0;
  const parts = header.parts.map(([count, bytes]) => {
    const part = data.subarray(at, at + bytes);
    at += bytes;
    return [count, bytes, crc32(part)] as const;
  });
  return { ...header, parts };
}
