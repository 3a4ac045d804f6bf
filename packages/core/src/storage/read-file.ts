// Reads files of named compressed matrices, as far as no format is needed.
import { fileError } from '../checks/errors.ts';
import { describeValue } from '../checks/option-checks.ts';
import type { JsonObject } from '../contract/factors.ts';
import type { PackedMatrix, PackedTensor } from '../contract/packed-matrix.ts';
import { assertShape2D } from '../matrix/matrix.ts';
import { badFile, readCheckedFile } from './checked-file.ts';
import { assertTotal, isIdentity, MATRICES } from './file-layout.ts';
import { isRecord, parseObject } from './stored-json.ts';

/**
 * The stored matrices of a file by name. The bytes may be hostile: everything but the tensors' values is checked.
 *
 * @param most values that all matrices may have together.
 * @throws GCompressError with a `file-…` code or `unsupported-version`; `invalid-option` for anything but bytes.
 */
export function readFile(bytes: Uint8Array | ArrayBuffer, most: number): (readonly [string, PackedMatrix])[] {
  const { metadata, tensors } = readCheckedFile(bytes, MATRICES);
  const stored = parseObject(metadata['gcompress.matrices'] ?? '', 'file', 'a list of matrices');
  const used = new Set<string>();
  const packed = Object.entries(stored).map(([name, entry]) => [name, toPacked(name, entry, tensors, used)] as const);
  const unused = Object.keys(tensors).length - used.size;
  if (unused > 0) throw badFile('tensors that all belong to a matrix', `${unused} that do not`);
  // Before the first one is unpacked, so that many matrices cost no more than one may
  assertTotal(
    'file',
    packed.map(([, { shape }]) => shape),
    most,
  );
  return packed;
}

function toPacked(
  name: string,
  stored: unknown,
  tensors: Readonly<Record<string, PackedTensor>>,
  used: Set<string>,
): PackedMatrix {
  const { format, version, shape, config, tensors: names } = Object(stored) as Record<string, unknown>;
  if (!isIdentity(format, version) || !Array.isArray(shape) || !isRecord(config) || !isRecord(names)) {
    const actual = `${describeValue(stored)} of format ${describeValue(format)}, version ${describeValue(version)}`;
    throw badFile(`format, version, shape, config and tensors for matrix '${name}'`, actual);
  }
  assertShape2D(shape, `matrix '${name}'`);
  const packed = Object.entries(names).map(([tensor, fileName]) => {
    if (typeof fileName !== 'string' || !Object.hasOwn(tensors, fileName) || used.has(fileName)) {
      const expected = `a tensor of its own for '${tensor}'`;
      throw fileError('file-tensor', `matrix '${name}'`, expected, describeValue(fileName));
    }
    used.add(fileName);
    return [tensor, tensors[fileName]] as const;
  });
  return {
    format: format as string,
    version: version as number,
    shape,
    config: config as JsonObject,
    tensors: Object.fromEntries(packed),
  };
}
