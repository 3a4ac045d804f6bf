// Encodes signs for orthogonal planes: some columns at a time, one rotation after the other.
import { type CompressOptions, type Matrix, type Pace, pacedProgress, reportProgress } from '@gcompress/core';
import type { HeldRotations } from '@gcompress/core/hosts';
import { columnNorms } from '@gcompress/linalg';
import type { EncodeOptions } from './encoder.ts';
import { drawRotations, type PlaneBlock, planeBlocks } from './projection.ts';
import { applyRotation, applyTransposedRotation, PANEL, type Rotation } from './rotation.ts';
import { finalScales, fitScales, type Sketch } from './sketch.ts';

/** Multiplications of kernels that take about as long as one of plain arrays. */
const OPERATIONS_AT_ONCE = 3;

/** A block of planes and the offset of its signs. */
interface Digit extends PlaneBlock {
  readonly at: number;
}

/** The digits of one rotation. */
interface Digits {
  readonly digits: readonly Digit[];
  /** Coordinates that have signs. */
  readonly planes: number;
  /** A level for each coordinate of all columns, `[planes, n]`. */
  readonly levels: Int32Array;
}

/** What turns and rounds some columns, in plain arrays or by kernels. */
interface Panel extends Pick<HeldRotations, 'columns' | 'levels' | 'round'> {
  /** Replaces the columns `[m, width]` by `Q·columns`, or `Qᵀ·columns`, for the rotation with this index. */
  turn(rotation: number, transposed: boolean, width: number, pace: Pace): void;
  release(): void;
}

/**
 * Signs `[k, n]` and scales `[n]` for orthogonal planes. Columns do not depend on each other, so that all sweeps of some columns are done while
 * these are in the cache. Planes of one rotation do not influence each other. A sweep therefore rotates the residual, gives every coordinate its
 * nearest level, and continues with the new residual in the other rotation. With k ≤ m there is only one rotation, and the first signs are
 * already optimal.
 */
export function encodeOrthogonal(
  matrix: Matrix,
  seed: number,
  bits: number,
  { scales: rule, refine }: EncodeOptions,
  options: CompressOptions,
): Record<'signs' | 'scales', Float32Array> {
  reportProgress(options, 0);
  const [rows, cols] = matrix.shape;
  const blocks = planeBlocks(rows, bits).map((block, index): Digit => ({ ...block, at: index * rows * cols }));
  const rotations = drawRotations(seed, rows, bits);
  const pace = pacedProgress(options);
  const scales = new Float32Array(cols);
  const all = rotations.map((_, index): Digits => {
    const digits = blocks.filter(({ rotation }) => rotation === index);
    const [{ planes }] = digits;
    return { digits, planes, levels: new Int32Array(planes * cols) };
  });
  const most = Math.min(PANEL, cols);
  const held = options.kernels?.holdRotations?.(rotations, rows, most);
  const panel = held ? heldPanel(held, rotations) : plainPanel(rotations, rows, most);
  try {
    for (let first = 0; first < cols; first += most) {
      const width = Math.min(most, cols - first);
      const part = (operations: number, done: number) => pace(operations, (first + width * done) / cols);
      const sketch = startedSketch(matrix, bits, first, width, panel.columns.subarray(0, rows * width));
      for (const levels of panel.levels) levels.fill(0);
      for (let sweep = 0; sweep <= refine; sweep++) {
        if (first + sweep > 0) reportProgress(options, (first + (width * sweep) / (refine + 1)) / cols);
        const report: Pace = (operations, done) => part(operations, (sweep + done) / (refine + 1));
        if (!improve(sketch, all, panel, report) && sweep > 0) break;
        fitScales(sketch);
        report(4 * sketch.residual.length, 1);
      }
      for (const [index, { planes, levels }] of all.entries()) {
        const own = panel.levels[index];
        for (let i = 0; i < planes; i++) levels.set(own.subarray(i * width, (i + 1) * width), i * cols + first);
      }
      scales.set(finalScales(sketch, rule), first);
    }
  } finally {
    panel.release();
  }
  const signs = new Float32Array(bits * cols);
  for (const digits of all) writeDigits(signs, digits, cols, (operations) => pace(operations, 1));
  reportProgress(options, 1);
  return { signs, scales };
}

function plainPanel(rotations: readonly Rotation[], rows: number, most: number): Panel {
  const columns = new Float64Array(rows * most);
  const levels = rotations.map(() => new Int32Array(rows * most));
  return {
    columns,
    levels,
    turn(index, transposed, width, pace) {
      const own = columns.subarray(0, rows * width);
      if (transposed) applyTransposedRotation(rotations[index], own, width, pace);
      else applyRotation(rotations[index], own, width, pace);
    },
    round: (index, from, to, units, halves, highest) =>
      roundToLevels(columns, levels[index], from, to, units, halves, highest),
    release() {},
  };
}

function heldPanel(held: HeldRotations, rotations: readonly Rotation[]): Panel {
  return {
    columns: held.columns,
    levels: held.levels,
    turn(index, transposed, width, pace) {
      held.turn(index, transposed, width);
      pace((2 * width * rotations[index].length) / OPERATIONS_AT_ONCE, 1);
    },
    round: (...level) => held.round(...level),
    release: () => held.release(),
  };
}

/** A sketch without signs of some columns, at the scales of the first signs. */
function startedSketch(matrix: Matrix, bits: number, first: number, width: number, residual: Float64Array): Sketch {
  const [rows, cols] = matrix.shape;
  const data = new Float32Array(rows * width);
  for (let i = 0; i < rows; i++) data.set(matrix.data.subarray(i * cols + first, i * cols + first + width), i * width);
  residual.set(data);
  const columns: Matrix = { shape: [rows, width], data };
  const start = startingScale(rows, bits);
  const scales = columnNorms(columns).map((norm) => (start * norm) / Math.sqrt(rows));
  return { matrix: columns, signs: new Int8Array(0), scales, residual };
}

/** Chooses all levels once more; returns whether a level changed. */
function improve({ scales }: Sketch, all: readonly Digits[], panel: Panel, pace: Pace): boolean {
  const width = scales.length;
  let changed = false;
  for (const [index, { digits, planes }] of all.entries()) {
    const spend = (operations: number, part: number) => pace(operations, (index + part / 3) / all.length);
    panel.turn(index, true, width, (operations, done) => spend(operations, done));
    for (const { from, to, used } of ranges(digits)) {
      const step = used[used.length - 1].length;
      const units = scales.map((scale) => scale * step);
      // A column of zeros has scale 0
      const halves = scales.map((scale) => (scale === 0 ? 0 : 0.5 / scale / step));
      if (panel.round(index, from, to, units, halves, 2 ** used.length - 1)) changed = true;
    }
    spend(4 * planes * width, 2);
    panel.turn(index, false, width, (operations, done) => spend(operations, 2 + done));
  }
  return changed;
}

/**
 * `round` of {@link HeldRotations} in plain arrays. A level is a sum of all digits with their signs, and therefore an odd multiple of the length
 * of the last digit.
 */
function roundToLevels(
  residual: Float64Array,
  levels: Int32Array,
  from: number,
  to: number,
  units: Float64Array,
  halves: Float64Array,
  most: number,
): boolean {
  const width = units.length;
  let changed = false;
  for (let place = from * width; place < to * width; ) {
    for (let j = 0; j < width; j++, place++) {
      const unit = units[j];
      const before = levels[place];
      const rest = residual[place] + unit * before;
      const wanted = 2 * Math.floor(rest * halves[j]) + 1;
      const level = wanted > most ? most : Math.max(wanted, -most);
      if (level !== before) {
        levels[place] = level;
        changed = true;
      }
      residual[place] = rest - unit * level;
    }
  }
  return changed;
}

/** The ranges of coordinates that have the same digits. */
function ranges(digits: readonly Digit[]): { from: number; to: number; used: readonly Digit[] }[] {
  const ends = [...new Set(digits.map(({ planes }) => planes))].sort((a, b) => a - b);
  return ends.map((to, index) => ({
    from: index === 0 ? 0 : ends[index - 1],
    to,
    used: digits.filter(({ planes }) => planes >= to),
  }));
}

/**
 * Writes the levels as signs ±1: the binary digits of `(level + most) / 2`, highest digit first, where 1 stands for + and 0 for −.
 */
function writeDigits(signs: Float32Array, { digits, levels }: Digits, cols: number, pace: Pace): void {
  for (const { from, to, used } of ranges(digits)) {
    const most = 2 ** used.length - 1;
    for (let i = from; i < to; i++) {
      for (const [digit, { at }] of used.entries()) {
        const shift = used.length - digit;
        for (let j = 0, place = i * cols, into = at + i * cols; j < cols; j++, place++, into++) {
          signs[into] = 2 * (((levels[place] + most) >>> shift) & 1) - 1;
        }
      }
      pace(used.length * cols, 1);
    }
  }
}

/**
 * The scale at which the first signs are chosen, in units of a column's root mean square. Found by experiment: it leaves about the
 * least error after refinement for normally distributed coordinates, which a random rotation produces. More digits need a larger
 * scale, a fuller second rotation a smaller one.
 */
function startingScale(rows: number, bits: number): number {
  const digits = Math.max(1, Math.ceil(bits / rows) - 1);
  const crossing = bits > rows ? bits / rows - digits : 0;
  return 0.62 + 0.18 * digits - (0.45 * crossing) / Math.sqrt(digits);
}
