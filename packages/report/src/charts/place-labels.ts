// Places the names of points in a chart so that no two of them overlap.
import { ACROSS, UPWARD } from './axes.ts';

/** A point in pixels, and its name. */
export interface NamedPoint {
  readonly x: number;
  readonly y: number;
  readonly name: string;
}

/** Where the text of a name is anchored. */
export interface PlacedLabel {
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Width of a letter and height of a line of the charts' text of 12 pixels; wide letters are rare in names. */
const LETTER = 6.6;
const LINE = 13;
/** Distance of a name's line from its point, in the order of preference: above, below, and then further away. */
const DISTANCES = [-10, 20, -24, 34, -38, 48, -52, 62, -66, 76, -80, 90, -94, 104];
/** Half of the sides of the square that a point keeps free. */
const DOT = 6;

/**
 * A place for each name: near its point, within the chart, over no other point and no name before it. If no such place exists, the name stands above
 * its point.
 */
export function placeLabels(points: readonly NamedPoint[]): PlacedLabel[] {
  const dots = points.map(({ x, y }): Box => ({ left: x - DOT, right: x + DOT, top: y - DOT, bottom: y + DOT }));
  const taken: Box[] = [];
  return points.map((point) => {
    const anchor = anchorOf(point);
    const places = DISTANCES.map((distance) => point.y + distance);
    const free = places.find((y) => isFree(boxOf(point, anchor, y), [...taken, ...dots]));
    const y = free ?? (places[0] as number);
    taken.push(boxOf(point, anchor, y));
    return { y, anchor };
  });
}

/** Names near a side of the chart extend away from it. */
function anchorOf({ x, name }: NamedPoint): PlacedLabel['anchor'] {
  const [left, right] = ACROSS;
  const half = (name.length * LETTER) / 2;
  if (x - half < left) return 'start';
  return x + half > right ? 'end' : 'middle';
}

function boxOf({ x, name }: NamedPoint, anchor: PlacedLabel['anchor'], y: number): Box {
  const width = name.length * LETTER;
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
  return { left, right: left + width, top: y - LINE + 3, bottom: y + 3 };
}

function isFree(box: Box, taken: readonly Box[]): boolean {
  const [lowest, highest] = UPWARD;
  if (box.bottom > lowest || box.top < highest - LINE) return false;
  return taken.every(
    ({ left, right, top, bottom }) => box.right < left || box.left > right || box.bottom < top || box.top > bottom,
  );
}
