// Draws the size of each form against its quality.
import { scaleLinear, scaleLog } from 'd3-scale';
import type { Evaluation, FormName, FormQuality, ReportData } from '../data/report-data.ts';
import { html, type Markup } from '../markup/markup.ts';
import { downloadBytes, downloadName } from '../words/forms.ts';
import { bytesText, percentText } from '../words/numbers.ts';
import { ACROSS, framed, UPWARD } from './axes.ts';
import { type NamedPoint, type PlacedLabel, placeLabels } from './place-labels.ts';

interface Point {
  readonly form: FormName;
  readonly bytes: number;
  readonly quality: number;
}

/** How a form's quality is drawn: accuracy, else agreement, else decibels of the outputs over their error. */
function measureOf({ classes, forms }: Evaluation): {
  readonly title: string;
  readonly of: (form: FormQuality) => number | undefined;
} {
  if (!classes) {
    return {
      title: 'output over error, dB',
      of: ({ relativeError }) => (relativeError > 0 ? -20 * Math.log10(relativeError) : undefined),
    };
  }
  if (forms.some(({ accuracy }) => accuracy))
    return { title: 'accuracy, %', of: ({ accuracy }) => accuracy && 100 * accuracy.value };
  return { title: 'same class as the original, %', of: ({ agreement }) => agreement && 100 * agreement.value };
}

/** Draws one point a form; undefined if fewer than two have a quality. */
export function qualityChart(data: ReportData, evaluation: Evaluation): Markup | undefined {
  const { title, of } = measureOf(evaluation);
  const points = evaluation.forms.flatMap((form): Point[] => {
    const quality = of(form);
    return quality === undefined || !Number.isFinite(quality)
      ? []
      : [{ form: form.form, bytes: downloadBytes(data, form.form), quality }];
  });
  if (points.length < 2) return undefined;
  const sizes = points.map(({ bytes }) => Math.max(1, bytes));
  const x = scaleLog([Math.min(...sizes) / 1.3, Math.max(...sizes) * 1.3], [...ACROSS]);
  const qualities = points.map(({ quality }) => quality);
  const [least, most] = [Math.min(...qualities), Math.max(...qualities)];
  const room = Math.max(0.5, 0.25 * (most - least));
  const y = scaleLinear(
    [least - room, evaluation.classes ? Math.min(100 + room, most + room) : most + room],
    [...UPWARD],
  );
  const places = points.map(({ form, bytes, quality }) => ({
    x: x(bytes),
    y: y(quality),
    name: downloadName(data, form),
  }));
  const labels = placeLabels(places);
  const xTicks = x.ticks().filter((tick) => /^[125]e/.test(tick.toExponential()));
  return framed(
    {
      label: `Size against quality: ${points.map(({ form, bytes, quality }) => `${downloadName(data, form)} ${bytesText(bytes)}, ${evaluation.classes ? percentText(quality / 100) : `${quality.toFixed(1)} dB`}`).join('; ')}`,
      x: 'bytes, logarithmic',
      y: title,
      xTicks: xTicks.map((tick) => [x(tick), bytesText(tick).replace(/\.0+ /, ' ').replace('.00 ', ' ')]),
      yTicks: y
        .ticks(4)
        .filter((tick) => !evaluation.classes || tick <= 100)
        .map((tick) => [y(tick), String(tick)]),
    },
    points.map((point, i) => dot(point, places[i] as NamedPoint, labels[i] as PlacedLabel)),
  );
}

function dot({ form }: Point, { x, y, name }: NamedPoint, label: PlacedLabel): Markup {
  const kind = form === 'packed' ? 'after' : 'before';
  return html`<circle class="dot ${kind}" cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${form === 'packed' ? 6 : 4.5}"/><text class="note ${kind}" x="${x.toFixed(1)}" y="${label.y.toFixed(1)}" text-anchor="${label.anchor}">${name}</text>`;
}
