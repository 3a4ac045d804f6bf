// The chart of singular values.
import { LAYERS } from '../network/architecture.ts';
import { byId } from '../ui/dom.ts';
import type { MatrixSnapshot } from '../worker/trainer-api.ts';
import { LineChart } from './line-chart.ts';

/** Singular values below this part of the largest are what rounding leaves of zero. */
const ROUNDING = 1e-5;

/** The singular values of the first matrix and of its compressed form, with the cut of low rank. */
export class SpectrumChart {
  readonly #chart = new LineChart(byId('chart-spectrum', HTMLElement), {
    title: 'Singular values',
    lines: [
      { label: 'A', color: 'dense', dash: [5, 4] },
      { label: 'Ŵ', color: 'compressed' },
    ],
    xLabel: 'number of the singular value',
    yRange: (min, max) => [10 ** Math.floor(Math.log10(min || 0.1)), 10 ** Math.ceil(Math.log10(max || 10))],
    logarithmic: true,
    cursorOnly: true,
    format: (value) => (value >= 1 ? String(Number(value.toPrecision(3))) : String(Number(value.toPrecision(2)))),
  });

  show(snapshot: MatrixSnapshot | undefined): void {
    const { spectrum, compressedSpectrum, rank } = snapshot ?? {};
    const count = Math.min(...LAYERS[0].shape);
    const numbers = Array.from({ length: count }, (_, i) => i + 1);
    const marking = rank === undefined ? undefined : { from: rank + 0.5, to: count, label: `cut after rank ${rank}` };
    this.#chart.show([numbers, visible(spectrum, count), visible(compressedSpectrum, count)], count, marking);
  }
}

function visible(values: Float64Array | undefined, count: number): (number | undefined)[] {
  return Array.from({ length: count }, (_, i) => {
    return values && values[i] > ROUNDING * values[0] ? values[i] : undefined;
  });
}
