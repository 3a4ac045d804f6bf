// A line chart on a canvas.
import uPlot from 'uplot';
import { element } from '../ui/dom.ts';
import { color, onThemeChange } from './theme.ts';

/** A line of a chart. */
export interface Line {
  readonly label: string;
  /** Name of its colour. */
  readonly color: string;
  /** Lengths of dashes and gaps in pixels; a solid line without. */
  readonly dash?: number[];
}

/** How a chart looks. */
export interface LineChartOptions {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly xLabel: string;
  /** Smallest and largest value that are shown, from the smallest and largest of the data. */
  readonly yRange: (min: number, max: number) => [min: number, max: number];
  readonly logarithmic?: boolean;
  /** A value as the legend shows it. */
  readonly format: (value: number) => string;
  /** A value as the axis shows it. Default: as the legend does. */
  readonly tick?: (value: number) => string;
  /** Whether the legend shows values only where the cursor is, because the last one means nothing. */
  readonly cursorOnly?: boolean;
  /** Charts with the same key move their cursors together. */
  readonly sync?: string;
}

/** Values of the horizontal axis, then those of each line; a line has a gap where it has none. */
export type LineData = readonly [x: readonly number[], ...lines: (readonly (number | undefined)[])[]];

/** Part of the horizontal axis that is marked, and what stands there. */
export interface Marking {
  readonly from: number;
  readonly to: number;
  readonly label?: string;
}

const FONT = '12px system-ui, sans-serif';

/** Lines over a common axis, with a legend that shows the values at the cursor, or the last ones. */
export class LineChart {
  readonly #options: LineChartOptions;
  readonly #plot: uPlot;
  readonly #values: readonly HTMLElement[];
  readonly #frame = element('div', { className: 'plot' });
  #xMax = 1;
  #marking: Marking | undefined;

  constructor(container: HTMLElement, options: LineChartOptions) {
    this.#options = options;
    this.#values = options.lines.map(() => element('output'));
    const keys = options.lines.map(({ label, color: name, dash }, i) => {
      const swatch = element('span', { className: dash ? 'swatch dashed' : 'swatch' });
      swatch.style.color = `var(--${name})`;
      return element(
        'span',
        { className: 'key' },
        swatch,
        options.lines.length > 1 ? `${label} ` : '',
        this.#values[i],
      );
    });
    const plot = this.#frame;
    plot.setAttribute('role', 'img');
    container.append(
      element(
        'figcaption',
        {},
        element('h3', { textContent: options.title }),
        element('span', { className: 'legend' }, ...keys),
      ),
      plot,
    );
    this.#plot = new uPlot(this.#plotOptions(), [[], ...options.lines.map(() => [])], plot);
    new ResizeObserver(() => this.#plot.setSize({ width: plot.clientWidth, height: plot.clientHeight })).observe(plot);
    onThemeChange(() => this.#plot.redraw(false));
  }

  /** @param xMax end of the horizontal axis. */
  show([x, ...lines]: LineData, xMax: number, marking?: Marking): void {
    this.#xMax = xMax;
    this.#marking = marking;
    this.#plot.setData([[...x], ...lines.map((line) => line.map((value) => value ?? null))]);
    this.#showValues();
  }

  /** The values at the cursor, or the last ones. */
  #showValues(): void {
    const { format, lines, title, cursorOnly } = this.#options;
    const at = this.#plot.cursor.idx;
    const texts = lines.map((_, i) => {
      const values = Array.from(this.#plot.data[i + 1]);
      const value = at == null ? values.findLast((candidate) => candidate != null) : values[at];
      return value == null ? '–' : format(value);
    });
    for (const [i, text] of texts.entries()) this.#values[i].textContent = at == null && cursorOnly ? '' : text;
    if (at != null) return;
    const summary = lines.map(({ label }, i) => `${label} ${texts[i]}`).join(', ');
    this.#frame.setAttribute('aria-label', `${title}: last values ${summary}`);
  }

  #plotOptions(): uPlot.Options {
    const { lines, xLabel, yRange, logarithmic, format, tick = format, sync } = this.#options;
    const axis = {
      stroke: () => color('muted'),
      grid: { stroke: () => color('grid'), width: 1 },
      ticks: { show: false },
      font: FONT,
      labelFont: FONT,
    };
    return {
      width: 300,
      height: 192,
      legend: { show: false },
      padding: [8, 12, 0, 0],
      cursor: { y: false, drag: { x: false, y: false }, ...(sync && { sync: { key: sync } }), points: { size: 7 } },
      scales: {
        x: { time: false, range: () => [0, this.#xMax] },
        y: { distr: logarithmic ? 3 : 1, range: (_, min, max) => yRange(min ?? 0, max ?? 1) },
      },
      axes: [
        { ...axis, label: xLabel, labelSize: 18, labelGap: 0, size: 28, space: 60 },
        {
          ...axis,
          size: 54,
          space: 34,
          values: (_, ticks) => ticks.map((value) => (value === null ? '' : tick(value))),
        },
      ],
      series: [
        {},
        ...lines.map(({ label, color: name, dash }) => ({
          label,
          stroke: () => color(name),
          width: 2,
          points: { show: false },
          spanGaps: true,
          ...(dash && { dash }),
        })),
      ],
      hooks: { drawClear: [(plot) => this.#drawMarking(plot)], setCursor: [() => this.#showValues()] },
    };
  }

  #drawMarking(plot: uPlot): void {
    if (!this.#marking) return;
    const { from, to, label } = this.#marking;
    const { ctx, bbox } = plot;
    const [left, right] = [plot.valToPos(from, 'x', true), plot.valToPos(to, 'x', true)];
    ctx.save();
    ctx.fillStyle = color('window');
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    if (label) {
      ctx.fillStyle = color('muted');
      ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
      ctx.textAlign = 'left';
      // At the bottom, where a logarithmic grid has its widest gap
      ctx.textBaseline = 'bottom';
      ctx.fillText(label, left + 6 * devicePixelRatio, bbox.top + bbox.height - 4 * devicePixelRatio);
    }
    ctx.restore();
  }
}
