// Decodes a packed file into the artifacts that TensorFlow.js loads.
import { crc32 } from '@gcompress/core/storage';
import type { io } from '@tensorflow/tfjs-core';
import { decodedBytes, product, storedBytes, total } from '../container/byte-lengths.ts';
import { type Header, type StoredMatrix, type StoredTensor, tensorsOf } from '../container/header.ts';
import { endOfStrings } from '../container/string-bytes.ts';
import { byteReader, type Pieces } from './byte-reader.ts';
import { decodeMatrix } from './decode-matrix.ts';
import { takingTurns } from './pause.ts';
import { assertChecksum, readHeader } from './read-header.ts';
import { refusal } from './refusal.ts';
import type { RowDecoder } from './row-decoder.ts';

/** How a file is read. */
export interface ReadOptions {
  readonly decoders: readonly RowDecoder[];
  /** Most bytes that the decoded weights may take. */
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((done: number) => void) | undefined;
}

/** The decoded content of a file. */
export interface PackedContents {
  readonly header: Header;
  /** The decoded weights, one after another. */
  readonly weights: ArrayBuffer;
  /** The tensors of the probes; seeded tensors have no bytes. */
  readonly probes: readonly Uint8Array[];
}

/** How the weights of a file are taken from it. */
export interface WeightReader {
  /** Bytes that a weight takes in the buffer of the decoded weights. */
  readonly sizeOf: (tensor: StoredTensor) => number;
  /** Takes a matrix, such as `decodeMatrix`. A copy comes here without bytes, unless both weights take bytes in the buffer. */
  readonly decode: (matrix: StoredMatrix, ...others: [...Others, name: string]) => Promise<void>;
}

type Others = typeof decodeMatrix extends (matrix: StoredMatrix, ...others: infer T) => unknown ? T : never;

/** Reads every weight as its values. */
const whole: WeightReader = { sizeOf: decodedBytes, decode: decodeMatrix };

/**
 * Reads a file to its end, and closes its source in any case.
 *
 * @param taking how weights are taken, by the header.
 */
export async function readContents(
  source: Pieces,
  options: ReadOptions,
  taking: (header: Header) => WeightReader = () => whole,
): Promise<PackedContents> {
  const reader = byteReader(source);
  try {
    const { header, fileBytes } = await readHeader(reader, options.maxBytes);
    const { sizeOf, decode } = taking(header);
    const weights = new ArrayBuffer(total(header.weights, sizeOf));
    const turn = takingTurns(options.signal);
    const tensors = tensorsOf(header);
    const targets: Uint8Array[] = [];
    let offset = 0;
    for (const [count, , written] of header.parts) {
      const read: [StoredTensor, Uint8Array, Uint8Array][] = [];
      let sum = 0;
      for (const tensor of tensors.slice(targets.length, targets.length + count)) {
        const size = storedBytes(tensor);
        const isWeight = targets.length < header.weights.length;
        const target = isWeight ? new Uint8Array(weights, offset, sizeOf(tensor)) : new Uint8Array(size);
        targets.push(target);
        offset += target.length;
        // Plain values are read where they stay
        const bytes = size === target.length ? target : new Uint8Array(size);
        let filled = 0;
        for await (const piece of reader.pieces(size)) {
          bytes.set(piece, filled);
          filled += piece.length;
          sum = crc32(piece, sum);
          options.onProgress?.(reader.position / fileBytes);
          // The listener may have aborted it, which ends it here
          await turn();
        }
        read.push([tensor, bytes, target]);
      }
      assertChecksum(`${count} tensors`, written, sum);
      // Checks the checksum before decoding, so that damage is reported as damage
      for (const [[name, dtype, shape, storage, copyOf], bytes, target] of read) {
        const original = targets[copyOf as number];
        if (original?.length && target.length) target.set(original);
        else if (storage?.matrix) await decode(storage.matrix, shape, bytes, target, { ...options, turn }, name);
        else if (dtype === 'string') {
          const end = endOfStrings(bytes, 0, product(shape));
          if (end !== bytes.length) throw refusal('file-tensor', `${bytes.length} bytes of strings in '${name}'`, end);
        }
        await turn();
      }
    }
    await reader.end();
    return { header, weights, probes: targets.slice(header.weights.length) };
  } finally {
    await reader.close();
  }
}

/** The artifacts of the model in a file. */
export function artifactsOf({ header: { model, weights }, weights: weightData }: PackedContents): io.ModelArtifacts {
  const weightSpecs = weights.map(([name, dtype, shape, storage]) => ({ ...storage?.spec, name, shape, dtype }));
  return { ...model, weightSpecs: weightSpecs as io.WeightsManifestEntry[], weightData };
}
