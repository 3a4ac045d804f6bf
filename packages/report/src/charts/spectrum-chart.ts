// Draws the singular values of a weight before and after, with the cut of a low rank.
import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import type { Spectrum } from '../data/report-data.ts';
import { html, type Markup } from '../markup/markup.ts';
import { ACROSS, framed, UPWARD } from './axes.ts';

/** Smaller singular values than this part of the largest one are not drawn. */
const FLOOR = 1e-4;

/** Draws the singular values on a logarithmic scale; undefined for a matrix of zeros. */
export function spectrumChart(name: string, { before, after, count, rank }: Spectrum): Markup | undefined {
  const largest = Math.max(before[0] ?? 0, after[0] ?? 0);
  if (!(largest > 0)) return undefined;
  const shown = [...before, ...after].filter((value) => value >= FLOOR * largest);
  const least = Math.min(...shown, largest / 2);
  const x = scaleLinear([1, Math.max(2, before.length)], [...ACROSS]);
  const y = scaleLog([least, largest], [...UPWARD]);
  const path = line<number>(
    (_, i) => x(i + 1),
    (value) => y(value),
  )
    .defined((value) => value >= FLOOR * largest)
    .digits(1);
  const cut = rank !== undefined && rank > 0 && x(Math.min(rank + 0.5, before.length));
  const yTicks = y.ticks(4).filter((tick) => /^[125]/.test(tick.toExponential()));
  return framed(
    {
      label: `Singular values of ${name}: ${count} in all${rank === undefined ? '' : `, the stored matrix has rank ${rank}`}`,
      x: before.length < count ? `number, the largest ${before.length} of ${count}` : 'number',
      y: 'singular value',
      xTicks: x
        .ticks(6)
        .filter((tick) => Number.isInteger(tick) && tick > 0)
        .map((tick) => [x(tick), String(tick)]),
      yTicks: (yTicks.length > 5 ? yTicks.filter((tick) => /^1/.test(tick.toExponential())) : yTicks).map((tick) => [
        y(tick),
        Number(tick.toPrecision(2)).toString(),
      ]),
    },
    html`<path class="before line" d="${path(before) ?? ''}"/><path class="after line" d="${path(after) ?? ''}"/>${
      cut !== false &&
      html`<line class="cut" x1="${cut.toFixed(1)}" x2="${cut.toFixed(1)}" y1="${UPWARD[0]}" y2="${UPWARD[1]}"/><text class="note" x="${(cut + (cut > 330 ? -6 : 6)).toFixed(1)}" y="${UPWARD[1] + 10}" text-anchor="${cut > 330 ? 'end' : 'start'}">rank ${rank}</text>`
    }`,
  );
}
