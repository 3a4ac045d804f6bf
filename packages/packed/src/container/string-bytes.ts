// Measures string tensors as TensorFlow.js stores them: each string after its length in 4 bytes.

/** The end of `count` strings that begin at `from`; NaN if they would end after the data. */
export function endOfStrings(data: Uint8Array, from: number, count: number): number {
  const view = new DataView(data.buffer, data.byteOffset);
  let at = from;
  for (let i = 0; i < count; i++) {
    if (at + 4 > data.length) return Number.NaN;
    at += 4 + view.getUint32(at, true);
  }
  return at <= data.length ? at : Number.NaN;
}
