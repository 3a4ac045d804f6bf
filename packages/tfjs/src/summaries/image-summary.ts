// Pictures among the summaries of a training.

/** A picture at one step, for files that can hold pictures. */
export interface ImageSummary {
  /** Name of the picture; parts are separated by `/`. */
  readonly tag: string;
  /** The step after which it was taken, from 0. */
  readonly step: number;
  readonly image: {
    /** Pixels of a row. */
    readonly width: number;
    /** Rows. */
    readonly height: number;
    /** The picture as a PNG file; any encoder makes one, such as `fast-png`. */
    readonly png: Uint8Array;
  };
}
