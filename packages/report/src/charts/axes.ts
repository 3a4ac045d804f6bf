// The frame of a chart: axes with ticks and titles.
import { html, type Markup, type Part } from '../markup/markup.ts';

/** Sides of every chart in pixels, and its margins. */
export const FRAME = { width: 440, height: 260, left: 56, right: 14, top: 28, bottom: 40 } as const;
/** Ends of the axes in pixels. */
export const ACROSS = [FRAME.left, FRAME.width - FRAME.right] as const;
export const UPWARD = [FRAME.height - FRAME.bottom, FRAME.top] as const;

/** A tick: its place in pixels and its text. */
export type Tick = readonly [place: number, text: string];

/** Titles and ticks of both axes. */
export interface Axes {
  /** What a screen reader says for the picture. */
  readonly label: string;
  readonly x: string;
  readonly y: string;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
}

/** A chart with its axes around the marks. */
export function framed({ label, x, y, xTicks, yTicks }: Axes, marks: Part): Markup {
  const { width, height, left } = FRAME;
  const [bottom, top] = UPWARD;
  const [, right] = ACROSS;
  return html`<svg class="chart" role="img" aria-label="${label}" viewBox="0 0 ${width} ${height}">
${yTicks.map(([at, text]) => html`<line class="grid" x1="${left}" x2="${right}" y1="${at.toFixed(1)}" y2="${at.toFixed(1)}"/><text class="tick" x="${left - 6}" y="${(at + 4).toFixed(1)}" text-anchor="end">${text}</text>`)}
${xTicks.map(([at, text]) => html`<line class="axis" x1="${at.toFixed(1)}" x2="${at.toFixed(1)}" y1="${bottom}" y2="${bottom + 4}"/><text class="tick" x="${at.toFixed(1)}" y="${bottom + 17}" text-anchor="middle">${text}</text>`)}
<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>
<text class="title" x="${right}" y="${height - 6}" text-anchor="end">${x}</text><text class="title" x="4" y="${top - 14}">${y}</text>
${marks}</svg>`;
}
