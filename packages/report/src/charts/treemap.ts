// A treemap of bytes: each weight is a rectangle whose area is its bytes.
import { hierarchy, treemap } from 'd3-hierarchy';
import type { ReportedWeight } from '../data/report-data.ts';
import { html, type Markup } from '../markup/markup.ts';
import { bytesText, percentText } from '../words/numbers.ts';

/** Sides in pixels for which the rectangles are laid out; the page stretches the width. */
const WIDTH = 900;
const HEIGHT = 340;
/** Weights with a smaller part of all bytes share one rectangle. */
const SMALLEST = 1 / 1000;
/** Pixels of one letter, and of the page of a phone. */
const LETTER = 6.4;
const PHONE = 340;

interface Cell {
  readonly label: string;
  readonly kind: string;
  readonly bytes: number;
}

interface Group {
  readonly children?: readonly Group[];
  readonly cell?: Cell;
}

/** Which bytes the areas show. */
export interface TreemapOptions {
  readonly bytes: (weight: ReportedWeight) => number;
  /** Bytes of the largest treemap beside this one, whose area has the same scale. */
  readonly scale: number;
  readonly label: string;
}

/** Draws the weights. The area of the whole drawing is proportional to its bytes. */
export function treemapChart(weights: readonly ReportedWeight[], { bytes, scale, label }: TreemapOptions): Markup {
  const total = weights.reduce((sum, weight) => sum + bytes(weight), 0);
  const side = Math.sqrt(Math.min(1, total / Math.max(1, scale)));
  const [width, height] = [Math.max(1, side * WIDTH), Math.max(1, side * HEIGHT)];
  const root = hierarchy<Group>({ children: groupsOf(weights, bytes, total) })
    .sum(({ cell }) => cell?.bytes ?? 0)
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const cells = treemap<Group>().size([width, height]).paddingInner(1).round(false)(root).leaves();
  return html`<svg class="treemap" role="img" aria-label="${label}" width="${(100 * side).toFixed(1)}%" height="${height.toFixed(0)}">
${cells.map(({ data: { cell }, x0, x1, y0, y1 }) => cell && drawn(cell, [x0, x1, y0, y1], width, side, total))}</svg>`;
}

function drawn(
  { label, kind, bytes }: Cell,
  [x0, x1, y0, y1]: readonly [number, number, number, number],
  width: number,
  side: number,
  total: number,
): Markup {
  const percent = (value: number) => `${((100 * value) / width).toFixed(2)}%`;
  const part = (x1 - x0) / width;
  const roomFor = (words: string, page: number) => part * side * page > words.length * LETTER + 8 && y1 - y0 > 17;
  // The name of the layer alone where the whole name is too long
  const shown = [label, label.replace(/\/[^/]*$/, '')].find((words) => roomFor(words, WIDTH));
  const seen = shown !== undefined && roomFor(shown, PHONE) ? 'always' : 'wide';
  const text = shown !== undefined && html`<text x="4" y="14" class="${seen}">${shown}</text>`;
  const size = text && y1 - y0 > 34 && html`<text x="4" y="29" class="size ${seen}">${bytesText(bytes)}</text>`;
  return html`<svg x="${percent(x0)}" y="${y0.toFixed(1)}" width="${percent(x1 - x0)}" height="${Math.max(0, y1 - y0).toFixed(1)}"><title>${label}: ${bytesText(bytes)}, ${percentText(bytes / Math.max(1, total))}</title><rect width="100%" height="100%" class="kind-${kind}"/>${text}${size}</svg>
`;
}

/** Weights by layer, the small ones together. */
function groupsOf(weights: readonly ReportedWeight[], bytes: TreemapOptions['bytes'], total: number): Group[] {
  const groups = new Map<string, Group[]>();
  const small = weights.filter((weight) => bytes(weight) < SMALLEST * total);
  const isSmall = new Set(small.length > 1 ? small : []);
  for (const weight of weights) {
    if (isSmall.has(weight)) continue;
    const layer = weight.name.slice(0, Math.max(0, weight.name.lastIndexOf('/')));
    const leaf = { cell: { label: weight.name, kind: weight.kind, bytes: bytes(weight) } };
    groups.set(layer, [...(groups.get(layer) ?? []), leaf]);
  }
  const rest = [...isSmall].reduce((sum, weight) => sum + bytes(weight), 0);
  const others = { cell: { label: `${isSmall.size} small weights`, kind: 'other', bytes: rest } };
  return [...[...groups.values()].map((children) => ({ children })), ...(rest > 0 ? [others] : [])];
}
