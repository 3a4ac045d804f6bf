// The positions of kept entries as gaps between them, in half bytes or bytes, whichever takes less.

/** Gaps: the lower half of a byte first. The largest number means that many pruned entries, and one more gap. */
export interface GapStream {
  readonly bytes: Uint8Array;
  readonly bits: 4 | 8;
}

/** The gaps of a mask, which is 0 for a pruned entry. */
export function gapStream(mask: ArrayLike<number>): GapStream {
  const [halves, wholes] = [numbersIn(mask, 15), numbersIn(mask, 255)];
  const bits = Math.ceil(halves / 2) <= wholes ? 4 : 8;
  const bytes = new Uint8Array(bits === 4 ? Math.ceil(halves / 2) : wholes);
  const most = 2 ** bits - 1;
  let to = 0;
  const write = (number: number) => {
    if (bits === 8) bytes[to++] = number;
    else bytes[to >>> 1] |= number << (4 * (to++ & 1));
  };
  forEachGap(mask, (gap) => {
    let left = gap;
    for (; left >= most; left -= most) write(most);
    write(left);
  });
  return { bytes, bits };
}

/** The indices of the kept entries, in reading order. */
export function* entriesOf(bytes: Uint8Array, bits: 4 | 8, count: number): Generator<number> {
  const most = 2 ** bits - 1;
  for (let i = 0, at = 0, entry = 0; i < count; i++, entry++) {
    let gap = most;
    for (; gap === most; entry += gap, at++) gap = bits === 8 ? bytes[at] : (bytes[at >>> 1] >>> (4 * (at & 1))) & 15;
    yield entry;
  }
}

function numbersIn(mask: ArrayLike<number>, most: number): number {
  let numbers = 0;
  forEachGap(mask, (gap) => {
    numbers += 1 + Math.floor(gap / most);
  });
  return numbers;
}

function forEachGap(mask: ArrayLike<number>, visit: (gap: number) => void): void {
  for (let at = 0, next = 0; at < mask.length; at++) {
    if (mask[at] === 0) continue;
    visit(at - next);
    next = at + 1;
  }
}
