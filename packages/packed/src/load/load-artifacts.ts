// A packed file into the artifacts that TensorFlow.js makes a model of.
import { crc32 } from '@gcompress/core/storage';
import type { io } from '@tensorflow/tfjs-core';
import { decodedBytes, product, storedBytes } from '../container/byte-lengths.ts';
import { type Header, type StoredTensor, tensorsOf } from '../container/header.ts';
import { endOfStrings } from '../container/string-bytes.ts';
import { ByteReader } from './byte-reader.ts';
import { decodeMatrix } from './decode-matrix.ts';
import { takingTurns } from './pause.ts';
import { assertChecksum, readHeader } from './read-header.ts';
import { refusal } from './refusal.ts';
import type { RowDecoder } from './row-decoder.ts';
import type { OpenSource } from './source.ts';

/** How a file is read. */
export interface ReadOptions {
  readonly decoders: readonly RowDecoder[];
  /** Most bytes that the decoded weights may take. */
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((done: number) => void) | undefined;
}

/** What a file holds. */
export interface PackedContents {
  readonly header: Header;
  /** The decoded weights, one after another. */
  readonly weights: ArrayBuffer;
  /** The decoded tensors of the probes, one after another; those that are drawn from a seed take no bytes. */
  readonly probes: ArrayBuffer;
}

/** Reads a file to its end, and lets go of its source whatever happens. */
export async function readContents(source: OpenSource, options: ReadOptions): Promise<PackedContents> {
  try {
    const reader = new ByteReader(source.next);
    const { header, fileBytes } = await readHeader(reader, options.maxBytes);
    const tensors = tensorsOf(header);
    const weights = new ArrayBuffer(sum(header.weights, decodedBytes));
    const probes = new ArrayBuffer(sum(tensors.slice(header.weights.length), storedBytes));
    await readParts(reader, header, tensors, [weights, probes], fileBytes, options);
    if ((await reader.peek(1)).length > 0) throw refusal('file-overlap', `its end after ${fileBytes} bytes`, 'more');
    return { header, weights, probes };
  } finally {
    await source.close();
  }
}

/** The artifacts of the model in a file. */
export function artifactsOf({ header: { model, weights }, weights: weightData }: PackedContents): io.ModelArtifacts {
  const weightSpecs = weights.map(([name, dtype, shape, storage]) => ({ ...storage?.spec, name, shape, dtype }));
  return { ...model, weightSpecs: weightSpecs as io.WeightsManifestEntry[], weightData };
}

async function readParts(
  reader: ByteReader,
  { weights, parts }: Header,
  tensors: readonly StoredTensor[],
  [weightData, probeData]: readonly [ArrayBuffer, ArrayBuffer],
  fileBytes: number,
  { decoders, maxBytes, signal, onProgress }: ReadOptions,
): Promise<void> {
  const turn = takingTurns(signal);
  const settings = { decoders, maxElements: maxBytes / 4, turn };
  const offsets = [0, 0];
  let at = 0;
  for (const [count, , written] of parts) {
    let sum = 0;
    const matrices: (() => Promise<void>)[] = [];
    const strings: [Uint8Array, StoredTensor][] = [];
    const inPart = tensors.slice(at, at + count);
    for (const [i, tensor] of inPart.entries()) {
      const kind = at + i < weights.length ? 0 : 1;
      const matrix = tensor[3]?.matrix;
      const length = kind === 0 ? decodedBytes(tensor) : storedBytes(tensor);
      const target = new Uint8Array([weightData, probeData][kind], offsets[kind], length);
      offsets[kind] += length;
      const bytes = matrix ? new Uint8Array(storedBytes(tensor)) : target;
      let filled = 0;
      for await (const piece of reader.pieces(bytes.length)) {
        bytes.set(piece, filled);
        filled += piece.length;
        sum = crc32(piece, sum);
        onProgress?.(reader.position / fileBytes);
        // The listener may have aborted it
        signal?.throwIfAborted();
        await turn();
      }
      if (tensor[1] === 'string') strings.push([bytes, tensor]);
      if (matrix) matrices.push(() => decodeMatrix(matrix, tensor[2], bytes, target, settings));
    }
    assertChecksum(`tensors ${at} to ${at + count - 1}`, written, sum);
    // Only what is known to be what was written is decoded, so that damage is called damage
    for (const decode of matrices) await decode();
    for (const [bytes, [name, , shape]] of strings) {
      const end = endOfStrings(bytes, 0, product(shape));
      if (end !== bytes.length) throw refusal('file-tensor', `${bytes.length} bytes of strings in '${name}'`, end);
    }
    at += count;
  }
}

function sum(tensors: readonly StoredTensor[], bytes: (tensor: StoredTensor) => number): number {
  return tensors.reduce((total, tensor) => total + bytes(tensor), 0);
}
