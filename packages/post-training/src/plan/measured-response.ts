// Corrects the expected errors of plans by measuring a few compressed models.
import { GCompressError, type ProgressOptions, partialProgress, reportProgress } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { type ErrorResponse, errorResponse, type MeasuredError, type Plan, type PlanPoint } from '@gcompress/planner';
import type { SmallModel } from '../compress-now.ts';
import { PLANNING } from './plan-options.ts';
import type { PlannedForm } from './weight-candidates.ts';

type Point = PlanPoint<PlannedForm>;

/** How models of the curve are made and measured. */
interface Measuring extends ProgressOptions {
  make(point: Point, progress: ProgressOptions): Promise<SmallModel>;
  measure(model: SmallModel): number | Promise<number>;
}

/** Measured models. */
const MODELS = 8;

/**
 * The response of the model's error to the sum of the errors, from models along the curve, evenly spread over the logarithm of
 * the size: so most of them have large errors, which add up least.
 *
 * @throws GCompressError `invalid-option` for a measured error that is no number of at least 0; the signal's reason when aborted.
 */
export async function measuredResponse(
  curve: readonly Point[],
  { make, measure, ...progress }: Measuring,
): Promise<ErrorResponse> {
  const points = spread(curve.filter(({ error, choices }) => error > 0 && choices.some(({ form }) => form.compressor)));
  const measurements: MeasuredError[] = [];
  for (const [i, point] of points.entries()) {
    const part = partialProgress(progress, i / points.length, (i + 1) / points.length);
    const model = await make(point, part);
    const measured = await measure(model);
    reportProgress(part, 1);
    if (!(measured >= 0 && measured <= Number.MAX_VALUE)) {
      throw new GCompressError('invalid-option', {
        where: `${PLANNING} measure`,
        expected: 'a squared relative error of at least 0',
        actual: describeValue(measured),
      });
    }
    // An error of exactly 0 says nothing about others
    if (measured > 0) measurements.push({ expected: point.error, measured });
  }
  return errorResponse(measurements);
}

/** Points evenly spread over the logarithm of their sizes, the first and the last among them. */
function spread(points: readonly Point[]): Point[] {
  if (points.length <= MODELS) return [...points];
  const sizeOf = ({ sizes: { packed = 1 } }: Point) => Math.log(packed);
  const [low, high] = [points[0], points[points.length - 1]].map(sizeOf);
  const wanted = Array.from({ length: MODELS }, (_, i) => low + ((high - low) * i) / (MODELS - 1));
  const away = (point: Point, size: number) => Math.abs(sizeOf(point) - size);
  return [
    ...new Set(
      wanted.map((size) => points.reduce((best, point) => (away(point, size) < away(best, size) ? point : best))),
    ),
  ];
}

/** A point with the errors that the model answers with. */
export function answered<P extends Point>(point: P, response: ErrorResponse): P {
  const [low, high] = point.range;
  return { ...point, error: response.expect(point.error), range: [response.expect(low), response.expect(high)] };
}

/** The gap of a plan; one of the error in the errors that the model answers with. */
export function goalGap({ goal, gap, error }: Plan, response: ErrorResponse): number {
  return goal === 'error' && gap > 0 ? response.expect(error) - response.expect(Math.max(0, error - gap)) : gap;
}
