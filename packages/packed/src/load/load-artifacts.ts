// Decodes a packed file into the artifacts that TensorFlow.js loads.
import type { PackedMatrix } from '@gcompress/core';
import { crc32 } from '@gcompress/core/storage';
import type { io } from '@tensorflow/tfjs-core';
import { decodedBytes, product, storedBytes } from '../container/byte-lengths.ts';
import { type Header, type StoredTensor, tensorsOf } from '../container/header.ts';
import { endOfStrings } from '../container/string-bytes.ts';
import { ByteReader, type Pieces } from './byte-reader.ts';
import { decodeMatrix, packedMatrix } from './decode-matrix.ts';
import { takingTurns } from './pause.ts';
import { assertChecksum, type ReadHeader, readHeader } from './read-header.ts';
import { refusal } from './refusal.ts';
import type { RowDecoder } from './row-decoder.ts';

/** How a file is read. */
export interface ReadOptions {
  readonly decoders: readonly RowDecoder[];
  /** Most bytes that the decoded weights may take. */
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((done: number) => void) | undefined;
  /** Names of the weights whose matrices stay in their stored form, by the checked header. Without it, all are decoded. */
  readonly keep?: (header: Header) => ReadonlySet<string>;
}

/** The decoded content of a file. */
export interface PackedContents {
  readonly header: Header;
  /** The decoded weights, one after another. */
  readonly weights: ArrayBuffer;
  /** The matrices that stay in their stored form, by the name of their weight. */
  readonly kept: ReadonlyMap<string, PackedMatrix>;
  /** The tensors of the probes; seeded tensors have no bytes. */
  readonly probes: readonly Uint8Array[];
}

/** Reads a file to its end, and closes its source in any case. */
export async function readContents(source: Pieces, options: ReadOptions): Promise<PackedContents> {
  const reader = new ByteReader(source);
  try {
    const read = await readHeader(reader, options.maxBytes);
    const { header } = read;
    const names = options.keep?.(header);
    const isKept = ([name, , , storage]: StoredTensor) => storage?.matrix !== undefined && !!names?.has(name);
    const decoded = header.weights.filter((tensor) => !isKept(tensor));
    const weights = new ArrayBuffer(decoded.reduce((sum, tensor) => sum + decodedBytes(tensor), 0));
    const kept = new Map<string, PackedMatrix>();
    const probes = await readParts(reader, read, weights, { ...options, isKept, kept });
    if ((await reader.peek(1)).length > 0)
      throw refusal('file-overlap', `its end after ${read.fileBytes} bytes`, 'more');
    return { header: { ...header, weights: decoded }, weights, kept, probes };
  } finally {
    await reader.close();
  }
}

/** The artifacts of the model in a file. */
export function artifactsOf({ header: { model, weights }, weights: weightData }: PackedContents): io.ModelArtifacts {
  const weightSpecs = weights.map(([name, dtype, shape, storage]) => ({ ...storage?.spec, name, shape, dtype }));
  return { ...model, weightSpecs: weightSpecs as io.WeightsManifestEntry[], weightData };
}

interface PartOptions extends ReadOptions {
  readonly isKept: (tensor: StoredTensor) => boolean;
  readonly kept: Map<string, PackedMatrix>;
}

async function readParts(
  reader: ByteReader,
  { header, fileBytes }: ReadHeader,
  weights: ArrayBuffer,
  { decoders, maxBytes, signal, onProgress, isKept, kept }: PartOptions,
): Promise<Uint8Array[]> {
  const turn = takingTurns(signal);
  const tensors = tensorsOf(header);
  const probes: Uint8Array[] = [];
  let offset = 0;
  let at = 0;
  for (const [count, , written] of header.parts) {
    const read: [StoredTensor, Uint8Array, Uint8Array][] = [];
    let sum = 0;
    for (const tensor of tensors.slice(at, at + count)) {
      const isProbe = at++ >= header.weights.length;
      const target = isProbe
        ? new Uint8Array(storedBytes(tensor))
        : new Uint8Array(weights, offset, isKept(tensor) ? 0 : decodedBytes(tensor));
      if (isProbe) probes.push(target);
      else offset += target.length;
      const bytes = tensor[3]?.matrix ? new Uint8Array(storedBytes(tensor)) : target;
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
      read.push([tensor, bytes, target]);
    }
    assertChecksum(`tensors ${at - count} to ${at - 1}`, written, sum);
    // Checks the checksum before decoding, so that damage is reported as damage
    for (const [tensor, bytes, target] of read) {
      const [name, dtype, shape, storage] = tensor;
      if (storage?.matrix && isKept(tensor)) kept.set(name, packedMatrix(storage.matrix, bytes));
      else if (storage?.matrix) {
        await decodeMatrix(storage.matrix, shape, bytes, target, { decoders, maxElements: maxBytes / 4, turn });
      }
      const end = dtype === 'string' ? endOfStrings(bytes, 0, product(shape)) : bytes.length;
      if (end !== bytes.length) throw refusal('file-tensor', `${bytes.length} bytes of strings in '${name}'`, end);
    }
  }
  return probes;
}
