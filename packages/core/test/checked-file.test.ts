// Files of plain tensors.
import { describe, expect, it } from 'vitest';
import { readTensorFile, writeTensorFile } from '../src/storage.ts';

const kind = { format: 'test', version: 2 };
const tensors = {
  small: { shape: [3], data: Uint8Array.of(1, 2, 3) },
  precise: { shape: [2, 1], data: Float64Array.of(Math.PI, -1e300) },
};
const arrays = { F64: Float64Array, U8: Uint8Array };

describe('a tensor file', () => {
  it('gives tensors of float64 and texts back bit by bit', () => {
    const { metadata, tensors: read } = readTensorFile(
      writeTensorFile(kind, tensors, { note: 'ünïcode' }),
      kind,
      arrays,
    );
    expect(read).toEqual(tensors);
    expect(metadata.note).toBe('ünïcode');
  });

  it('is refused as another kind, in another version, and with types that were not asked for', () => {
    const file = writeTensorFile(kind, tensors);
    const read =
      (...[as, types]: [typeof kind, Partial<typeof arrays>]) =>
      () =>
        readTensorFile(file, as, types as typeof arrays);
    expect(read({ format: 'other', version: 2 }, arrays)).toThrow("expected 'other' as format, got 'test'");
    expect(read({ format: 'test', version: 1 }, arrays)).toThrow(
      expect.objectContaining({ code: 'unsupported-version' }),
    );
    expect(read(kind, { U8: Uint8Array })).toThrow(expect.objectContaining({ code: 'file-dtype' }));
  });

  it('is refused wherever one byte of it changed', () => {
    const file = writeTensorFile(kind, tensors, { note: 'x' });
    for (let at = 0; at < file.length; at++) {
      const changed = Uint8Array.from(file);
      changed[at] ^= 1;
      expect(() => readTensorFile(changed, kind, arrays)).toThrow(expect.objectContaining({ name: 'GCompressError' }));
    }
  });

  it('is not written from what is no tensor, no text or a name of its own', () => {
    const write =
      (given: unknown, metadata: unknown = {}) =>
      () =>
        writeTensorFile(kind, given as never, metadata as never);
    for (const wrong of [
      null,
      { x: 1 },
      { x: { shape: [1], data: [1] } },
      { x: { shape: [1], data: new BigInt64Array(1) } },
    ]) {
      expect(write(wrong)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    }
    expect(write(tensors, { format: 'x' })).toThrow('the file’s own');
    expect(write(tensors, { note: 1 })).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    expect(write({ x: { shape: [2], data: new Uint8Array(1) } })).toThrow(
      expect.objectContaining({ code: 'contract' }),
    );
  });
});
