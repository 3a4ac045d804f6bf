// The charts of loss, accuracy and alpha during a training.
import { DENSE_BYTES } from '../network/sizes.ts';
import { compressionWindow, type Settings, totalSteps } from '../settings.ts';
import { byId } from '../ui/dom.ts';
import { kilobytes, percent } from '../ui/format.ts';
import type { EvaluationPoint, StepPoint } from '../worker/trainer-api.ts';
import { type Line, LineChart } from './line-chart.ts';

const DENSE: Line = { label: 'Dense', color: 'dense', dash: [5, 4] };
const COMPRESSED: Line = { label: 'Compressed', color: 'compressed' };
const STEPS = { xLabel: 'training step', sync: 'training' };

/** Part of the new value in the mean of recent losses. */
const SMOOTHING = 0.08;

/** The curves of a training: loss, accuracy, alpha and bytes over the steps. */
export class TrainingCharts {
  readonly #loss = new LineChart(byId('chart-loss', HTMLElement), {
    ...STEPS,
    title: 'Loss',
    lines: [DENSE, COMPRESSED],
    yRange: (_, max) => [0, Math.min(2.5, Math.max(0.5, max * 1.05))],
    format: (value) => value.toFixed(2),
  });
  readonly #accuracy = new LineChart(byId('chart-accuracy', HTMLElement), {
    ...STEPS,
    title: 'Test accuracy',
    lines: [DENSE, COMPRESSED],
    yRange: () => [this.#lowestAccuracy(), 1],
    format: percent,
    tick: (value) => `${Math.round(100 * value)} %`,
  });
  readonly #alpha = new LineChart(byId('chart-alpha', HTMLElement), {
    ...STEPS,
    title: 'Alpha, the weight of A',
    lines: [{ label: 'α', color: 'alpha' }],
    yRange: () => [0, 1.05],
    format: (value) => value.toFixed(2),
  });
  readonly #bytes = new LineChart(byId('chart-bytes', HTMLElement), {
    ...STEPS,
    title: 'Bytes of the weights',
    lines: [{ label: 'Weights', color: 'compressed' }],
    yRange: (_, max) => [0, Math.max(DENSE_BYTES, max) * 1.1],
    format: kilobytes,
    tick: (value) => `${Math.round(value / 1000)} kB`,
  });
  #settings: Settings | undefined;
  #points: StepPoint[] = [];
  #evaluations: EvaluationPoint[] = [];
  #drawing = false;

  /** Empties all charts for a training with these settings. */
  start(settings: Settings): void {
    this.#settings = settings;
    this.#points = [];
    this.#evaluations = [];
    this.#draw();
  }

  addSteps(points: readonly StepPoint[]): void {
    this.#points.push(...points);
    this.#draw();
  }

  addEvaluation(point: EvaluationPoint): void {
    this.#evaluations.push(point);
    this.#draw();
  }

  /** Where the accuracy's axis begins: below all values but the first, which would leave the others no room. */
  #lowestAccuracy(): number {
    const settled = this.#evaluations.length > 3 ? this.#evaluations.slice(2) : this.#evaluations;
    const values = settled.flatMap(({ denseAccuracy, compressedAccuracy = 1 }) => [denseAccuracy, compressedAccuracy]);
    return Math.max(0, Math.floor(Math.min(0.9, ...values) * 10 - 0.25) / 10);
  }

  /** Draws once before the next frame, however much has come. */
  #draw(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#drawNow();
    });
  }

  #drawNow(): void {
    if (!this.#settings) return;
    const last = totalSteps(this.#settings);
    const { begin, end } = compressionWindow(this.#settings);
    const window = { from: begin, to: end };
    const steps = this.#points.map(({ step }) => step);
    const show = (chart: LineChart, ...lines: (number | undefined)[][]) => chart.show([steps, ...lines], last, window);
    const losses = (pick: (point: StepPoint) => number | undefined) => smoothed(this.#points.map(pick));
    show(
      this.#loss,
      losses(({ denseLoss }) => denseLoss),
      losses(({ compressedLoss }) => compressedLoss),
    );
    show(
      this.#alpha,
      this.#points.map(({ alpha }) => alpha),
    );
    show(
      this.#bytes,
      this.#points.map(({ bytes }) => bytes),
    );
    const at = this.#evaluations.map(({ step }) => step);
    const dense = this.#evaluations.map(({ denseAccuracy }) => denseAccuracy);
    const compressed = this.#evaluations.map(({ compressedAccuracy }) => compressedAccuracy);
    this.#accuracy.show([at, dense, compressed], last, window);
  }
}

/** Exponential mean of the values so far; starts with the first one that is there. */
function smoothed(values: readonly (number | undefined)[]): (number | undefined)[] {
  let mean: number | undefined;
  return values.map((value) => {
    if (value === undefined) return undefined;
    mean = mean === undefined ? value : mean + SMOOTHING * (value - mean);
    return mean;
  });
}
