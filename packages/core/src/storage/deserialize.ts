// Reads files of named compressed matrices.
import { fileError } from '../checks/errors.ts';
import { assertType } from '../checks/option-checks.ts';
import { assertReadLimits, type ReadLimits } from '../checks/size-limit.ts';
import type { CompressedFormat } from '../contract/compressed-format.ts';
import { type CompressedMatrix, createCompressedMatrix } from '../contract/compressed-matrix.ts';
import type { PackedMatrix } from '../contract/packed-matrix.ts';
import type { FormatRegistry } from './format-registry.ts';
import { readFile } from './read-file.ts';

/**
 * The matrices of a file. The bytes may be hostile: everything is checked before it is used, and nothing is allocated
 * beyond the size of the file and the limits.
 *
 * @param bytes the file: a `Uint8Array`, a Node.js `Buffer`, or an `ArrayBuffer` as `(await fetch(url)).arrayBuffer()` gives it.
 * @param formats the formats that may occur; one that does not is refused. Pass formats (`@gcompress/…/format`) rather than methods
 *   where a program only decodes, so that no encoder is loaded.
 * @param limits how much the file may announce, e.g. `{ maxElements: 10_000_000 }`.
 * @throws GCompressError with a `file-…` code, `unknown-format` or `unsupported-version`; `invalid-option` for other arguments.
 */
export async function deserialize(
  bytes: Uint8Array | ArrayBuffer,
  formats: FormatRegistry,
  limits: ReadLimits = {},
): Promise<Record<string, CompressedMatrix>> {
  assertType('deserialize', 'formats', formats, 'object', 'Make it by createFormatRegistry([ … ]).');
  assertType('deserialize formats', 'get', formats.get, 'function', 'Make it by createFormatRegistry([ … ]).');
  const maxElements = assertReadLimits('file', limits);
  const matrices: [string, CompressedMatrix][] = [];
  for (const [name, packed] of readFile(bytes, maxElements)) {
    const format = await formats.get(packed.format);
    assertReadable(name, packed, format);
    const { shape, config } = packed;
    const factors = format.unpack(packed, { maxElements });
    matrices.push([name, createCompressedMatrix(format, { shape, config, factors })]);
  }
  return Object.fromEntries(matrices);
}

/** Refuses a matrix that a newer version of its format stored. */
function assertReadable(name: string, { version }: PackedMatrix, format: CompressedFormat) {
  if (version <= format.version) return;
  const expected = `${format.id} version 1 to ${format.version}`;
  const hint = 'Update the package that decodes this format.';
  throw fileError('unsupported-version', `matrix '${name}'`, expected, `${version}`, hint);
}
