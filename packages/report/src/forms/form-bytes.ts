// Bytes of a model's forms as whole files.
import { readModel } from '@gcompress/packed/weights';
import type { io } from '@tensorflow/tfjs-core';
import type { FormBytes } from '../data/report-data.ts';

/** Gives the bytes of compressed data, such as gzip of `node:zlib`. */
export type ByteCompressor = (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** The compressors of servers, handed over because a browser has others than Node. */
export interface ByteCompressors {
  readonly gzip?: ByteCompressor;
  readonly brotli?: ByteCompressor;
}

/** Bytes of a `model.json` and one file of weights, each compressed alone. */
export async function stockBytes(artifacts: io.ModelArtifacts, compressors: ByteCompressors): Promise<FormBytes> {
  const { weights, model } = readModel('reportData', artifacts);
  const specs = weights.map(({ name, dtype, shape, spec }) => ({ ...spec, name, dtype, shape }));
  const manifest = [{ paths: ['group1-shard1of1.bin'], weights: specs }];
  const json = new TextEncoder().encode(JSON.stringify({ ...model, weightsManifest: manifest }));
  const data = new Uint8Array(weights.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of weights) {
    data.set(bytes, at);
    at += bytes.length;
  }
  return fileBytes([json, data], compressors);
}

/** Bytes of files, each compressed alone. */
export async function fileBytes(files: readonly Uint8Array[], { gzip, brotli }: ByteCompressors): Promise<FormBytes> {
  const sum = async (compress: ByteCompressor) => {
    let total = 0;
    for (const file of files) total += (await compress(file)).length;
    return total;
  };
  return {
    raw: files.reduce((total, { length }) => total + length, 0),
    ...(gzip && { gzip: await sum(gzip) }),
    ...(brotli && { brotli: await sum(brotli) }),
  };
}
