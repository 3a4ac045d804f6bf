// Writes the safetensors container.
import { GCompressError } from '../checks/errors.ts';
import { describeShape } from '../checks/option-checks.ts';
import type { PackedTensor } from '../contract/packed-matrix.ts';
import { elementCount } from '../tensors/element-count.ts';
import { assertHeaderLimit, assertLittleEndian, assertTensorLimit, PREFIX_BYTES } from './container.ts';
import { packedDtype } from './packed-tensor.ts';
import { isSizes } from './stored-json.ts';

const DTYPES = { float32: 'F32', int32: 'I32', uint32: 'U32', uint16: 'U16', uint8: 'U8' } as const;

/** A tensor that can be written. */
export interface WritableTensor {
  readonly shape: readonly number[];
  readonly data: PackedTensor['data'] | Float64Array;
}

/**
 * The bytes of a safetensors file. Largest elements come first, so that every tensor is aligned to its type.
 *
 * @throws GCompressError `contract` when a tensor does not fill its shape or has a type that the format lacks, `file-oversized` when it
 *   or the header is larger than readers accept: nobody could read it again.
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, WritableTensor>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  assertLittleEndian();
  const names = Object.keys(tensors).sort(
    (a, b) => tensors[b].data.BYTES_PER_ELEMENT - tensors[a].data.BYTES_PER_ELEMENT || (a < b ? -1 : Number(a > b)),
  );
  const entries: [string, unknown][] = [['__metadata__', metadata]];
  let offset = 0;
  for (const name of names) {
    const { shape, data } = tensors[name];
    if (!isSizes(shape) || elementCount(shape) !== data.length) {
      throw new GCompressError('contract', {
        where: `tensor '${name}'`,
        expected: `a shape of ${data.length} values`,
        actual: describeShape(shape),
      });
    }
    assertTensorLimit(name, shape);
    const dtype = data instanceof Float64Array ? 'F64' : DTYPES[packedDtype(data)];
    entries.push([name, { dtype, shape, data_offsets: [offset, offset + data.byteLength] }]);
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  assertHeaderLimit(headerBytes);
  const file = new Uint8Array(PREFIX_BYTES + headerBytes + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, PREFIX_BYTES, PREFIX_BYTES + headerBytes);
  file.set(json, PREFIX_BYTES);
  let at = PREFIX_BYTES + headerBytes;
  for (const name of names) {
    const { data } = tensors[name];
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}
