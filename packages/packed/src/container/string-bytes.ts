// Measures string tensors as TensorFlow.js stores them: each string after its length in 4 bytes.

/** The end of `count` strings that begin at `from`; NaN if they would end after the data. */
export function endOfStrings(data: Uint8Array, from: number, count: number): number {
  const view = new DataView(data.buffer, data.byteOffset);
  let at = from;
  let read = 0;
  for (; read < count && at + 4 <= data.length; read++) at += 4 + view.getUint32(at, true);
  return read < count || at > data.length ? Number.NaN : at;
}
