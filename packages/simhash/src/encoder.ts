// The common interface of sign encoders, and a run of all sweeps.
import { type Pace, type ProgressOptions, pacedProgress, partialProgress, reportProgress } from '@gcompress/core';
import { finalScales, fitScales, type ScaleRule, type Sketch } from './sketch.ts';

/** Progress once the first signs are chosen, and once all sweeps are done. */
const STARTED = 0.3;
const REFINED = 0.9;

/** An approximation for one kind of planes that sweeps improve. */
export interface Encoder {
  /** The current approximation. */
  readonly sketch: Sketch;
  /** Chooses every sign once more at the current scales; the error never grows. Returns whether a sign changed. */
  sweep(pace: Pace): boolean;
  /** The projection R `[m, k]`, row-major. */
  projection(pace: Pace): Float32Array;
  /** The signs ±1 `[k, n]`, row-major. */
  signs(pace: Pace): Int8Array;
}

/** Options of an encoding besides its planes. */
export interface EncodeOptions {
  readonly scales: ScaleRule;
  /** The most sweeps; they end early after a sweep that changes no sign. */
  readonly refine: number;
}

/** Makes an encoder, runs all sweeps and returns projection `[m, k]`, signs `[k, n]` and scales `[n]`. */
export function encode(
  encoderWith: (pace: Pace) => Encoder,
  { scales, refine }: EncodeOptions,
  options: ProgressOptions,
): Record<'projection' | 'signs' | 'scales', Float32Array> {
  const stage = (from: number, to: number): Pace => {
    reportProgress(options, from);
    return pacedProgress(partialProgress(options, from, to));
  };
  const { sketch, sweep, projection, signs } = encoderWith(stage(0, STARTED));
  for (let done = 0; done < refine; done++) {
    const [from, to] = [done, done + 1].map((count) => STARTED + ((REFINED - STARTED) * count) / refine);
    if (!sweep(stage(from, to))) break;
    fitScales(sketch);
  }
  const chosen = new Float32Array(signs(stage(REFINED, REFINED)));
  const found = {
    projection: projection(stage(REFINED, 1)),
    signs: chosen,
    scales: finalScales(sketch, scales),
  };
  reportProgress(options, 1);
  return found;
}
