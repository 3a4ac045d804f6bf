// A packed file as a place that stock TensorFlow.js loads from.
import { assertKnownOptions, assertNumber, assertType, describeValue, GCompressError } from '@gcompress/core';
import type { io } from '@tensorflow/tfjs-core';
import { artifactsOf, type ReadOptions, readContents } from './load-artifacts.ts';
import type { RowDecoder } from './row-decoder.ts';
import { assertSource, type OpenSource, openSource, type PackedSource } from './source.ts';

/** Limits of a reader, whatever a file announces. */
export interface PackedLimits {
  /** The most bytes that the decoded weights may take. Default 2³⁰ (1 GiB). */
  readonly maxBytes?: number;
}

/** Options of {@link packedModel}. */
export interface PackedModelOptions {
  /** Called with the part of the file that was read, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
  /** Ends the loading; its reason is thrown. */
  readonly signal?: AbortSignal;
  readonly limits?: PackedLimits;
  /** Decoders of formats besides those that are built in; `rowDecoder` of the `./formats` entry makes one of any format. */
  readonly formats?: readonly RowDecoder[];
}

/** Formats that every loader knows. */
const BUILT_IN: readonly RowDecoder[] = [];

/**
 * A packed model, for `tf.loadLayersModel` or `tf.loadGraphModel`. What needs no decoding goes straight into the memory that TensorFlow.js
 * reads; matrices are decoded into it in slices, so that a page stays usable.
 *
 * ```ts
 * const model = await tf.loadLayersModel(packedModel('https://example.org/small.gcm'));
 * ```
 *
 * @param source the address of the file, a File or Blob, or its bytes.
 * @throws GCompressError `invalid-option`; from `load`, `file-read` where it cannot be reached, `file-interrupted`, `file-truncated`,
 *   `file-html`, `file-header`, `file-overlap`, `file-checksum`, `file-oversized`, `file-tensor`, `unknown-format`, `unsupported-version`;
 *   the signal's reason when it is aborted.
 */
export function packedModel(source: PackedSource, options: PackedModelOptions = {}): io.IOHandler {
  const read = readOptions('packedModel', options);
  assertSource('packedModel', source);
  return handlerOf((signal) => openSource(source, signal), read);
}

/** A handler that opens its source whenever a model is loaded. */
export function handlerOf(
  open: (signal: AbortSignal | undefined) => Promise<OpenSource>,
  options: ReadOptions,
): io.IOHandler {
  return { load: async () => artifactsOf(await readContents(await open(options.signal), options)) };
}

/** The options with their defaults, checked. */
export function readOptions(where: string, options: PackedModelOptions): ReadOptions {
  assertKnownOptions(where, options, ['onProgress', 'signal', 'limits', 'formats']);
  const { onProgress, signal, limits = {}, formats = [] } = options;
  if (onProgress !== undefined) assertType(where, 'onProgress', onProgress, 'function');
  if (signal !== undefined) {
    assertType(where, 'signal', signal, 'object', 'Pass the signal of an AbortController.');
    assertType(`${where} signal`, 'throwIfAborted', signal.throwIfAborted, 'function');
  }
  assertKnownOptions(`${where} limits`, limits, ['maxBytes']);
  const { maxBytes = 2 ** 30 } = limits;
  assertNumber(where, 'maxBytes', maxBytes, { min: 0, max: 2 ** 40 });
  return { decoders: [...BUILT_IN, ...checkedFormats(where, formats)], maxBytes, signal, onProgress };
}

function checkedFormats(where: string, formats: unknown): readonly RowDecoder[] {
  const isDecoder = (format: unknown) => {
    const { id, rows } = (format ?? {}) as Record<string, unknown>;
    return typeof id === 'string' && typeof rows === 'function';
  };
  if (Array.isArray(formats) && formats.every(isDecoder)) return formats;
  throw new GCompressError('invalid-option', {
    where: `${where} formats`,
    expected: 'an array of decoders, such as [rowDecoder(lowRankFormat)]',
    actual: describeValue(formats),
  });
}
