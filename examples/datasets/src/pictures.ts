/** Height and width of a picture of CIFAR-10. */
export const SIDE = 32;
/** Red, green, blue. */
export const CHANNELS = 3;

/** Coloured pictures of the size of CIFAR-10's, and what they show. */
export interface Pictures {
  readonly count: number;
  /** `[count, 32, 32, 3]`, levels from 0 to 255. */
  readonly pixels: Uint8Array;
  /** `[count]`, from 0 to 9. */
  readonly labels: Uint8Array;
}
