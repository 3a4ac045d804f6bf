// The safetensors container: what its reader and its writer have in common.
import { fileError, type GCompressError } from '../checks/errors.ts';
import { describeValue } from '../checks/option-checks.ts';
import { assertElementLimit } from '../checks/size-limit.ts';
import { valueCount } from '../tensors/element-count.ts';

// 8 bytes little-endian header length, a JSON header, then the tensors' bytes.
// https://github.com/huggingface/safetensors#format

/** Bytes before the header. */
export const PREFIX_BYTES = 8;
const MAX_HEADER_BYTES = 100_000_000;

/** Refuses a tensor of more values than a matrix may have. */
export function assertTensorLimit(name: string, shape: readonly number[]): void {
  // Sides of 0 are left out, or an empty tensor could announce a side of any size
  assertElementLimit(valueCount(shape.filter((side) => side > 0)), `tensor '${name}'`);
}

/** Refuses a header of more bytes than readers accept. */
export function assertHeaderLimit(bytes: number): void {
  if (bytes <= MAX_HEADER_BYTES) return;
  throw fileError('file-oversized', 'file header', `at most ${MAX_HEADER_BYTES} bytes`, `${bytes}`);
}

/** The error for a version that this reader does not know. */
export function newerVersion(where: string, expected: string, version: unknown): GCompressError {
  const hint = 'Update the package that decodes this format.';
  return fileError('unsupported-version', where, expected, describeValue(version), hint);
}

/** Refuses to go on where arrays have another byte order than files. */
export function assertLittleEndian(): void {
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) return;
  throw fileError('unsupported', 'safetensors', 'a little-endian machine', 'big-endian');
}
