// Checks that the entries of a matrix lie on the grid that its format declares.
import { cpuOps, elementCount } from '@gcompress/core';
import { assertClose } from '../assertions/assert-close.ts';
import { ensure, onEach } from '../assertions/assertions.ts';
import { type Check, NotApplicable } from '../assertions/check.ts';
import type { Example } from '../samples/workbench.ts';
import type { Examples } from './algebra-checks.ts';

/** How far a value may lie from its multiple, in parts of the spacing. */
const TOLERANCE = 1e-3;

/** Checks the format's `grid`, to which hosts round while they train. */
export const gridChecks: readonly Check<Examples>[] = [
  {
    name: 'grid names a factor of multiples, to which the matrix is proportional',
    async run(subject) {
      const examples = await subject.examples();
      const onGrid = examples.filter(({ compressed: { format, shape, config } }) => format.grid?.({ shape, config }));
      if (onGrid.length === 0) return new NotApplicable('the format has no grid');
      return onEach(onGrid, assertGrid);
    },
  },
];

function assertGrid({ compressed: { format, shape, config, factors } }: Example): void {
  const form = { shape, config };
  const grid = format.grid?.(form);
  if (!grid) return;
  ensure(Object.hasOwn(factors, grid.factor), `grid names '${grid.factor}', which is not a factor`);
  const factor = factors[grid.factor];
  const filled = factor.dtype === 'float32' && elementCount(factor.shape) === elementCount(shape);
  ensure(filled, `the factor '${grid.factor}' of the grid is not float32 with a value for each entry`);
  ensure(factor.trainable !== true, `the factor '${grid.factor}' of the grid is trained`);
  const values = Float32Array.from(factor.data);
  const spacing = grid.spacing(values);
  ensure(
    Number.isFinite(spacing) && spacing > 0,
    `the spacing of the grid is ${spacing}, which is not a positive number`,
  );
  const off = values.find((value) => Math.abs(value / spacing - Math.round(value / spacing)) > TOLERANCE);
  ensure(off === undefined, `${off} in '${grid.factor}' is no multiple of ${spacing}`);
  const scaled = (by: number) =>
    format.reconstruct(
      cpuOps,
      { ...factors, [grid.factor]: { ...factor, data: values.map((value) => by * value) } },
      form,
    ).data;
  const once = Float32Array.from(scaled(1), (value) => 2 * value);
  const largest = once.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  assertClose(scaled(2), once, { absolute: 1e-5 * largest, label: `twice the factor '${grid.factor}'` });
}
