// What a quick benchmark measures.
import type { Matrix } from '@gcompress/core';

/** Something that is timed. */
export interface Subject {
  readonly what: string;
  /** Undefined for the run of this name in the Python process. */
  readonly run?: () => unknown;
  /** Relative error of what the run leaves. */
  readonly error?: () => number;
}

/** Subjects that do the same; the first is ours, and times are given relative to it. */
export interface QuickCase {
  readonly name: string;
  /** The matrix that the Python process gets; without it, the case has no subject there. */
  readonly matrix?: Matrix;
  readonly subjects: readonly Subject[];
}
