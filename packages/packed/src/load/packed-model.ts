// An IOHandler from which stock TensorFlow.js loads a packed file.
import type { io } from '@tensorflow/tfjs-core';
import type { Pieces } from './byte-reader.ts';
import { isRecord } from './check-header.ts';
import { artifactsOf, type ReadOptions, readContents } from './load-artifacts.ts';
import { assertArgument, refusal } from './refusal.ts';
import type { RowDecoder } from './row-decoder.ts';
import { assertSource, openSource, type PackedSource } from './source.ts';
import { uniformRows } from './uniform-rows.ts';

/** Limits of a reader, independent of the sizes that a file announces. */
export interface PackedLimits {
  /** The most bytes that the decoded weights may take. Default 2³⁰ (1 GiB). */
  readonly maxBytes?: number;
}

/** Options of {@link packedModel}. */
export interface PackedModelOptions {
  /** Called with the part of the file that was read, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
  /** Stops the loading; `load` throws its reason. */
  readonly signal?: AbortSignal;
  readonly limits?: PackedLimits;
  /** Decoders of further formats; `rowDecoder` of the `./formats` entry makes a decoder of any format. */
  readonly formats?: readonly RowDecoder[];
}

/** Formats that every loader knows. */
const BUILT_IN: readonly RowDecoder[] = [uniformRows];

/**
 * A packed model, for `tf.loadLayersModel` or `tf.loadGraphModel`. Plain weights are read straight into the buffer that TensorFlow.js gets;
 * matrices are decoded into this buffer in slices, so that a page stays responsive.
 *
 * ```ts
 * const model = await tf.loadLayersModel(packedModel('https://example.org/small.gcm'));
 * ```
 *
 * @param source the address of the file, a File or Blob, or its bytes; or a list of all files that `splitFile` made of it.
 * @throws GCompressError `invalid-option`; from `load`, `file-read` if it cannot be read, `file-interrupted`, `file-truncated`,
 *   `file-html`, `file-header`, `file-overlap`, `file-checksum`, `file-oversized`, `file-tensor`, `file-part-missing`,
 *   `file-part-mixed`, `unknown-format`, `unsupported-version`; the signal's reason when it is aborted.
 */
export function packedModel(source: PackedSource, options: PackedModelOptions = {}): io.IOHandler {
  const read = readOptions('packedModel', options);
  assertSource('packedModel', source);
  return handlerOf(() => openSource(source, read.signal), read);
}

/** A handler that opens its source whenever a model is loaded. */
export function handlerOf(open: () => Pieces, options: ReadOptions): io.IOHandler {
  return { load: async () => artifactsOf(await readContents(open(), options)) };
}

/** The options with their defaults, checked. */
export function readOptions(where: string, options: PackedModelOptions): ReadOptions {
  const check = (fits: boolean, name: string, expected: string, value: unknown) =>
    assertArgument(fits, `${where} ${name}`, expected, value);
  check(isRecord(options as unknown), 'options', 'an object', options);
  const { onProgress, signal, limits = {}, formats = [], ...others } = options;
  check(isRecord(limits as unknown), 'limits', 'an object', limits);
  const { maxBytes = 2 ** 30, ...otherLimits } = limits;
  for (const unknown of Object.keys({ ...others, ...otherLimits })) {
    const known = 'options among onProgress, signal, limits { maxBytes }, formats';
    throw refusal('unknown-option', known, `'${unknown.slice(0, 60)}'`, where);
  }
  check(isAbsentOr(signal?.throwIfAborted, signal), 'signal', 'an AbortSignal', signal);
  check(isAbsentOr(onProgress, onProgress), 'onProgress', 'a function', onProgress);
  check(typeof maxBytes === 'number' && maxBytes >= 0 && maxBytes <= 2 ** 40, 'maxBytes', '0 to 2^40', maxBytes);
  const areDecoders = Array.isArray(formats) && formats.every(isDecoder);
  check(areDecoders, 'formats', 'a list of row decoders', formats);
  return { decoders: [...BUILT_IN, ...formats], maxBytes, signal, onProgress };
}

function isAbsentOr(listener: unknown, given: unknown): boolean {
  return given === undefined || typeof listener === 'function';
}

function isDecoder(format: unknown): boolean {
  const { id, rows } = (format ?? {}) as Partial<RowDecoder>;
  return typeof id === 'string' && typeof rows === 'function';
}
