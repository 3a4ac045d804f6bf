// Saves and loads a calibration as a safetensors file with a checksum.
import { GCompressError, type InputMoments } from '@gcompress/core';
import { assertKnownOptions, assertNumber, describeValue } from '@gcompress/core/checks';
import {
  fileError,
  type ReadTensors,
  readTensorFile,
  type WritableTensor,
  writeTensorFile,
} from '@gcompress/core/storage';
import { assertCalibration, type Calibration, type InputSums } from './calibration.ts';
import { momentTensors, symmetricMatrix } from './stored-moments.ts';

const KIND = { format: 'gcompress-calibration', version: 1 };
const ARRAYS = { F64: Float64Array, U32: Uint32Array };

/** Options of {@link loadCalibration}. */
export interface LoadCalibrationOptions {
  /** Bytes that all moments may take in memory; each takes 8·m² for m inputs. Default 1 GiB. */
  readonly maxBytes?: number;
}

/** The metadata of the file. */
interface Header {
  readonly samples: number;
  readonly warnings: readonly string[];
  readonly skipped: readonly (readonly [weight: string, reason: string])[];
  readonly counts: readonly (readonly [weight: string, sums: number, moments: number | null])[];
}

/**
 * A calibration as the bytes of a safetensors file with a checksum. Moments are symmetric, so half of them is stored; moments that are mostly
 * zeros are stored as their nonzero entries.
 *
 * @throws GCompressError `invalid-option` for anything but a calibration; `file-oversized` if a matrix has more than 2²⁸ stored values.
 */
export function saveCalibration(calibration: Calibration): Uint8Array {
  assertCalibration('saveCalibration', calibration);
  const { moments, inputSums, samples, skipped, warnings } = calibration;
  const tensors: Record<string, WritableTensor> = {};
  for (const [weight, { values }] of inputSums) tensors[`sums/${weight}`] = { shape: [values.length], data: values };
  for (const [weight, own] of moments) Object.assign(tensors, momentTensors(weight, own));
  const header: Header = {
    samples,
    warnings,
    skipped: [...skipped],
    counts: [...inputSums].map(([weight, { count }]) => [weight, count, moments.get(weight)?.count ?? null]),
  };
  return writeTensorFile(KIND, tensors, { calibration: JSON.stringify(header) });
}

/**
 * The calibration of a file that {@link saveCalibration} wrote. The bytes may be hostile: everything is checked before it is used.
 *
 * @throws GCompressError with a `file-…` code or `unsupported-version`; `non-finite` or `invalid-option` for invalid moments;
 *   `invalid-option` for other arguments.
 */
export function loadCalibration(bytes: Uint8Array | ArrayBuffer, options: LoadCalibrationOptions = {}): Calibration {
  assertKnownOptions('loadCalibration', options, ['maxBytes']);
  const { maxBytes = 2 ** 30 } = options;
  assertNumber('loadCalibration', 'maxBytes', maxBytes, { min: 0 });
  const { metadata, tensors } = readTensorFile(bytes, KIND, ARRAYS);
  const { samples, warnings, skipped, counts } = headerOf(metadata.calibration);
  const stored = new StoredTensors(tensors);
  const inputSums = new Map<string, InputSums>();
  const moments = new Map<string, InputMoments>();
  let left = maxBytes;
  for (const [weight, count, momentCount] of counts) {
    const values = stored.take(`sums/${weight}`, Float64Array);
    inputSums.set(weight, { count, values });
    if (momentCount === null) continue;
    const size = values.length;
    // A few stored entries may announce a matrix of any size
    left -= Float64Array.BYTES_PER_ELEMENT * size ** 2;
    if (left < 0) throw tooLarge(maxBytes);
    const own = {
      values: stored.take(`moments/${weight}`, Float64Array),
      places: stored.has(`places/${weight}`) ? stored.take(`places/${weight}`, Uint32Array) : undefined,
    };
    moments.set(weight, { size, count: momentCount, values: symmetricMatrix(weight, own, size) });
  }
  stored.assertAllTaken();
  const calibration = { moments, inputSums, samples, skipped: new Map(skipped), warnings };
  assertCalibration('loadCalibration', calibration);
  return calibration;
}

/** Tensors of a file, each to be taken once. */
class StoredTensors {
  readonly #left: Map<string, ReadTensors<typeof ARRAYS>[string]>;

  constructor(tensors: ReadTensors<typeof ARRAYS>) {
    this.#left = new Map(Object.entries(tensors));
  }

  has(name: string): boolean {
    return this.#left.has(name);
  }

  take<T extends Float64Array | Uint32Array>(name: string, type: new () => T): T {
    const data = this.#left.get(name)?.data;
    this.#left.delete(name);
    if (data instanceof type) return data;
    throw fileError('file-tensor', 'calibration file', `a ${type.name} '${name}'`, describeValue(data));
  }

  assertAllTaken(): void {
    if (this.#left.size === 0) return;
    const [first] = this.#left.keys();
    throw fileError('file-tensor', 'calibration file', 'tensors that all belong to a weight', `also '${first}'`);
  }
}

function headerOf(text: string | undefined): Header {
  let header: unknown;
  try {
    header = JSON.parse(text ?? '');
  } catch {
    // Refused below, because it is not a header
  }
  const { samples, warnings, skipped, counts } = (header ?? {}) as Partial<Record<keyof Header, unknown>>;
  const isHeader =
    typeof samples === 'number' &&
    isList(warnings, (warning) => typeof warning === 'string') &&
    isList(skipped, (entry) => isList(entry, (part) => typeof part === 'string') && entry.length === 2) &&
    isList(counts, isCount);
  if (isHeader) return header as Header;
  throw fileError('file-header', 'calibration file', 'samples, warnings, skipped and counts', describeValue(header));
}

function isCount(entry: unknown): boolean {
  if (!Array.isArray(entry) || entry.length !== 3) return false;
  const [weight, sums, moments] = entry;
  return typeof weight === 'string' && typeof sums === 'number' && (moments === null || typeof moments === 'number');
}

function isList(value: unknown, fits: (entry: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.every(fits);
}

function tooLarge(maxBytes: number): GCompressError {
  return new GCompressError('file-oversized', {
    where: 'calibration file',
    expected: `moments of at most ${maxBytes} bytes`,
    actual: 'more',
    hint: 'Pass a larger maxBytes if you trust the file.',
  });
}
