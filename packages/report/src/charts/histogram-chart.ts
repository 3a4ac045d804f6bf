// Draws the values of a weight before and after.
import { scaleLinear } from 'd3-scale';
import { area, curveStepAfter, line } from 'd3-shape';
import type { Histogram } from '../data/report-data.ts';
import { html, type Markup } from '../markup/markup.ts';
import { ACROSS, framed, UPWARD } from './axes.ts';

/** Draws the original as an area, and the stored values as one line a level, or as an outline if there are too many levels. */
export function histogramChart(name: string, { range, before, after, levels }: Histogram): Markup {
  const x = scaleLinear(range, [...ACROSS]);
  const [bottom] = UPWARD;
  const step = (range[1] - range[0]) / before.length;
  // Both have a scale of their own: a few levels hold far more values each than an interval does
  const heights = (counts: readonly number[]) => scaleLinear([0, Math.max(1, ...counts)], [...UPWARD]);
  const points = (counts: readonly number[]) =>
    [...counts, 0].map((count, i): [number, number] => [range[0] + i * step, count]);
  const y = heights(before);
  const shape = area<[number, number]>(
    ([value]) => x(value),
    bottom,
    ([, count]) => y(count),
  )
    .curve(curveStepAfter)
    .digits(1);
  const counts = levels?.map(([, count]) => count) ?? after;
  const yAfter = heights(counts);
  const outline = line<[number, number]>(
    ([value]) => x(value),
    ([, count]) => yAfter(count),
  )
    .curve(curveStepAfter)
    .digits(1);
  const stems = levels
    ?.map(([value, count]) => `M${x(value).toFixed(1)},${bottom}V${yAfter(count).toFixed(1)}`)
    .join('');
  const ticks = x.ticks(5);
  const format = x.tickFormat(5);
  return framed(
    {
      label: `Histogram of ${name}: ${levels ? `${levels.length} stored levels` : 'stored values'} over the original values from ${range[0].toPrecision(3)} to ${range[1].toPrecision(3)}`,
      x: 'value',
      y: 'number of values, each scaled to its peak',
      xTicks: ticks.map((tick) => [x(tick), format(tick)]),
      yTicks: [],
    },
    html`<path class="before area" d="${shape(points(before)) ?? ''}"/><path class="after ${stems ? 'stems' : 'line'}" d="${stems ?? outline(points(after)) ?? ''}"/>`,
  );
}
