import type { CompressOptions } from '@gcompress/core';
import { finalScales, fitScales, type ScaleRule, type Sketch } from './sketch.ts';

/** Chooses signs for one kind of planes. */
export interface Encoder {
  /** The approximation as it is now. */
  readonly sketch: Sketch;
  /** Goes over all signs once, at the present scales, and returns whether anything changed. The error never grows by it. */
  sweep(): boolean;
  /** The projection R `[m, k]`, row-major. */
  projection(): Float32Array;
}

/** What is chosen about an encoding besides its planes. */
export interface EncodeOptions {
  readonly scales: ScaleRule;
  /** The most sweeps; fewer are made when one changes nothing. */
  readonly refine: number;
}

/** Runs an encoder to its end and returns projection `[m, k]`, signs `[k, n]` and scales `[n]`. */
export function encode(
  { sketch, sweep, projection }: Encoder,
  { scales, refine }: EncodeOptions,
  { signal, onProgress }: CompressOptions,
): Record<'projection' | 'signs' | 'scales', Float32Array> {
  for (let done = 0; done < refine; done++) {
    signal?.throwIfAborted();
    onProgress?.(done / refine);
    if (!sweep()) break;
    fitScales(sketch);
  }
  onProgress?.(1);
  return {
    projection: projection(),
    signs: Float32Array.from(sketch.signs),
    scales: finalScales(sketch, scales),
  };
}
