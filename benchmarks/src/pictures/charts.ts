// The charts of the documentation: spectra, codebooks, errors and schedules.
import { isGCompressError, matrix, relativeError, type SyncMatrixCompressor } from '@gcompress/core';
import { dequantizeUint8, quantizeUint8 } from '@gcompress/core/hosts';
import { dictLearn } from '@gcompress/dictlearn';
import { trainedMatrix } from '@gcompress/fixtures';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { pruned } from '@gcompress/pruning';
import {
  cosineAlpha,
  exponentialAlpha,
  initialScheduleState,
  linearAlpha,
  polynomialAlpha,
  stepwiseAlpha,
} from '@gcompress/scheduler';
import { simhash } from '@gcompress/simhash';
import { areaY, dot, line, link, type Markish, rectY, ruleX, ruleY, text } from '@observablehq/plot';
import { COLORS, savePlot } from './save-plot.ts';

const fc1 = trainedMatrix('fc1');
const weights = matrix(fc1.shape, fc1.data);
// Smaller, where many sizes are tried
const fc2 = trainedMatrix('fc2');
const fewer = matrix(fc2.shape, fc2.data);

/** Singular values with the cut of a rank. */
export function saveSingularValues(): void {
  const rank = 27;
  const values = fc1.singularValues.map((value, i) => ({ number: i + 1, value }));
  const energy = (part: typeof values) => part.reduce((sum, { value }) => sum + value * value, 0);
  const kept = (100 * energy(values.slice(0, rank))) / energy(values);
  savePlot('singular-values', `Singular values of a layer, of which the first ${rank} are kept`, {
    width: 720,
    height: 300,
    marginLeft: 44,
    x: { label: 'number of the singular value →' },
    y: { label: '↑ singular value', grid: true },
    marks: [
      areaY(values.slice(0, rank), { x: 'number', y: 'value', fill: COLORS.main, fillOpacity: 0.35 }),
      line(values, { x: 'number', y: 'value', stroke: COLORS.main, strokeWidth: 2 }),
      ruleX([rank], { stroke: 'currentColor', strokeDasharray: '4 3' }),
      text([[rank, 9.6]], {
        text: [`rank ${rank}: 8 times fewer values, ${kept.toFixed(0)} % of the energy`],
        textAnchor: 'start',
        dx: 8,
        fontSize: 13,
      }),
      ruleY([0]),
    ],
  });
}

/** Histogram of the weights with the levels of a codebook. */
export function saveCodebook(): void {
  const shown = 0.4;
  const width = 0.01;
  const bins = Array.from({ length: Math.round((2 * shown) / width) }, (_, i) => ({
    from: i * width - shown,
    to: (i + 1) * width - shown,
    count: 0,
  }));
  for (const value of fc1.data) {
    const bin = bins[Math.floor((value + shown) / width)];
    if (bin) bin.count++;
  }
  const { codebook } = kMeans({ bits: 4 }).compress(weights).factors;
  const levels = Array.from(codebook.data);
  const inside = levels.filter((level) => Math.abs(level) < shown);
  savePlot('codebook', 'How often each weight occurs, and the 16 levels of its codebook', {
    width: 720,
    height: 300,
    marginLeft: 64,
    x: { label: 'weight →', domain: [-shown, shown] },
    y: { label: '↑ weights', grid: true },
    marks: [
      rectY(bins, { x1: 'from', x2: 'to', y: 'count', fill: COLORS.gray, fillOpacity: 0.6, inset: 0.5 }),
      ruleX(inside, { stroke: COLORS.main, strokeWidth: 2 }),
      text([`${inside.length} of 16 levels; the rest lies beyond ±${shown}`], {
        text: (label: string) => label,
        frameAnchor: 'top-right',
        dy: -16,
        fill: COLORS.main,
        fontSize: 13,
      }),
      ruleY([0]),
    ],
  });
}

/** Pairs of neighbouring weights as points, with the rows of a codebook for them and with atoms. */
export function savePairs(): void {
  const pairs = Array.from({ length: 800 }, (_, i) => ({ x: fc1.data[i * 294], y: fc1.data[i * 294 + 1] }));
  const blocks = kMeans({ levels: 64, blockSize: 2 }).compress(weights).factors.codebook;
  const learned = dictLearn({ atoms: 16, nonzeros: 1, signalLength: 2, valueBits: 4 }).compress(weights);
  const points = (data: ArrayLike<number>) =>
    Array.from({ length: data.length / 2 }, (_, i) => ({ x: data[2 * i], y: data[2 * i + 1] }));
  const atoms = points(learned.factors.atoms.data);
  const steps = Array.from({ length: 15 }, (_, i) => (i - 7) / 7);
  const left = 'k-means: 64 rows of a codebook, 6 bits';
  const right = 'dictionary: 16 atoms × 15 steps, 8 bits';
  const reached = atoms.flatMap(({ x, y }) => steps.map((step) => ({ x: x * step, y: y * step, title: right })));
  savePlot('pairs', 'Pairs of weights, the codebook rows and the multiples of atoms that they are replaced by', {
    width: 720,
    height: 400,
    marginTop: 36,
    facet: { data: [left, right], x: (title: string) => title },
    fx: { label: null, domain: [left, right] },
    x: { label: 'weight →', domain: [-0.5, 0.5], ticks: 4 },
    y: { label: '↑ next weight of the row', domain: [-0.5, 0.5], ticks: 4 },
    marks: [
      dot(pairs, { x: 'x', y: 'y', r: 1, fill: COLORS.gray, fillOpacity: 0.5, clip: true, facet: null }),
      link(
        atoms.map(({ x, y }) => ({ x, y, title: right })),
        {
          x1: ({ x }) => -x,
          y1: ({ y }) => -y,
          x2: 'x',
          y2: 'y',
          fx: 'title',
          stroke: COLORS.main,
          strokeOpacity: 0.4,
          clip: true,
        },
      ),
      dot([...points(blocks.data).map((point) => ({ ...point, title: left })), ...reached], {
        x: 'x',
        y: 'y',
        fx: 'title',
        r: 2.2,
        fill: COLORS.main,
        clip: true,
      }),
    ],
  });
}

/** Relative error against bytes, for the four methods and plain uint8. */
export function saveErrors(): void {
  const methods: Readonly<Record<string, (bytes: number) => SyncMatrixCompressor>> = {
    'low rank': (bytes) => lowRank({ bytes }),
    'k-means': (bytes) => kMeans({ bytes }),
    simhash: (bytes) => simhash({ bytes }),
    dictionary: (bytes) => dictLearn({ bytes }),
    pruned: (bytes) => pruned({ bytes }),
  };
  const colors = [COLORS.blue, COLORS.main, COLORS.purple, COLORS.green, COLORS.gray];
  const parts = [0.375, 0.25, 0.1875, 0.125, 0.1, 0.0625, 0.04, 0.032];
  const measured = Object.entries(methods).flatMap(([method, create]) =>
    parts.flatMap((part) => {
      try {
        const compressed = create(Math.floor(fc2.data.byteLength * part)).compress(fewer);
        const used = (100 * compressed.byteLength) / fc2.data.byteLength;
        return [{ method, part: used, error: relativeError(fewer, compressed.decompress()) }];
      } catch (error) {
        if (isGCompressError(error)) return [];
        throw error;
      }
    }),
  );
  const quantized = quantizeUint8(fc2.data);
  const uint8 = relativeError(fewer, matrix(fc2.shape, dequantizeUint8(quantized)));
  savePlot('errors', 'Relative error against bytes for five methods and plain uint8', {
    width: 720,
    height: 420,
    marginLeft: 50,
    marginRight: 110,
    x: {
      label: 'bytes, % of float32 →',
      type: 'log',
      domain: [42, 3],
      ticks: [25, 12.5, 6.25, 3.125],
      tickFormat: String,
    },
    y: { label: '↑ relative error', type: 'log', grid: true, ticks: [0.001, 0.01, 0.1, 1], tickFormat: String },
    color: { domain: Object.keys(methods), range: colors },
    marks: [
      line(measured, { x: 'part', y: 'error', stroke: 'method', strokeWidth: 2 }),
      dot(measured, { x: 'part', y: 'error', fill: 'method', r: 3 }),
      dot([[25, uint8]], { r: 5, symbol: 'square', fill: 'currentColor' }),
      text([[25, uint8]], { text: ['uint8'], dx: -10, textAnchor: 'end', fontSize: 13 }),
      ...legend(Object.keys(methods), colors),
    ],
  });
}

/** Error of simhash against bits a weight, step by step from the algorithm of the reference. */
export function savePlanes(): void {
  const [m] = fc2.shape;
  const steps: Readonly<Record<string, Parameters<typeof simhash>[0]>> = {
    'random planes, norms kept (reference)': { bits: 1, planes: 'gaussian', scales: 'norm', refine: 0 },
    'random planes, least squares': { bits: 1, planes: 'gaussian', refine: 0 },
    'orthogonal planes': { bits: 1, refine: 0 },
    'orthogonal planes, signs chosen again': { bits: 1 },
  };
  const names = Object.keys(steps);
  const colors = [COLORS.gray, COLORS.blue, COLORS.green, COLORS.main];
  const measured = names.flatMap((name) =>
    [0.25, 0.5, 1, 1.5, 2, 3, 4].map((bits) => {
      const compressor = simhash({ ...steps[name], bits: Math.round(bits * m) } as Parameters<typeof simhash>[0]);
      return { name, bits, error: relativeError(fewer, compressor.compress(fewer).decompress()) };
    }),
  );
  savePlot('planes', 'Error of simhash against sign bits, from random planes to orthogonal ones', {
    width: 760,
    height: 360,
    marginLeft: 44,
    marginRight: 270,
    x: { label: 'sign bits a weight →' },
    y: { label: '↑ relative error', grid: true, domain: [0, 1.2] },
    color: { domain: names, range: colors },
    marks: [
      line(measured, { x: 'bits', y: 'error', stroke: 'name', strokeWidth: 2 }),
      dot(measured, { x: 'bits', y: 'error', fill: 'name', r: 3 }),
      ...legend(names, colors),
      ruleY([0]),
    ],
  });
}

/** Alpha over the steps of a training, for each kind of schedule. */
export function saveSchedules(): void {
  const window = { begin: 200, end: 1000, frequency: 20 };
  const schedules = {
    linear: linearAlpha(window),
    cosine: cosineAlpha(window),
    'polynomial, power 3': polynomialAlpha(window),
    'exponential, rate 5': exponentialAlpha(window),
    stepwise: stepwiseAlpha({ steps: [200, 600, 1000], values: [0.7, 0.4, 0] }),
  };
  const names = Object.keys(schedules);
  const colors = [COLORS.main, COLORS.blue, COLORS.green, COLORS.purple, COLORS.gray];
  const points = Object.entries(schedules).flatMap(([name, schedule]) => {
    let state = initialScheduleState;
    return Array.from({ length: 61 }, (_, i) => {
      const step = i * window.frequency;
      state = schedule.update(step, state).state;
      return { name, step, alpha: schedule.alpha(state) };
    });
  });
  savePlot('schedules', 'Alpha over the steps of a training for five schedules', {
    width: 720,
    height: 320,
    marginLeft: 44,
    marginRight: 150,
    x: { label: 'step →' },
    y: { label: '↑ alpha', grid: true },
    color: { domain: names, range: colors },
    marks: [
      line(points, { x: 'step', y: 'alpha', stroke: 'name', strokeWidth: 2, curve: 'step-after' }),
      ...legend(names, colors),
      ruleY([0]),
    ],
  });
}

/** Names in the colours of their lines, to the right of a plot. */
function legend(names: readonly string[], colors: readonly string[]): Markish[] {
  return names.map((name, i) =>
    text([name], {
      text: (label: string) => label,
      frameAnchor: 'top-right',
      textAnchor: 'start',
      dx: 10,
      dy: 6 + 20 * i,
      fill: colors[i],
      fontSize: 13,
    }),
  );
}
