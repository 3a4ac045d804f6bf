// What splitting a weight changed.
import type { ConvolutionForm } from './convolution-forms.ts';

/** A number before and after. */
export interface BeforeAfter {
  readonly before: number;
  readonly after: number;
}

/** A weight that became two constants, and its node two nodes. */
export interface SplitWeight {
  /** Name of the constant that is gone. */
  readonly name: string;
  /** Op of the node that multiplied with it. */
  readonly usedBy: string;
  /** Name of this node; the second of the two nodes that replace it keeps it. */
  readonly node: string;
  /** `product` for a matrix product. */
  readonly form: 'product' | ConvolutionForm;
  readonly rank: number;
  /** Names of the new constants, in the order of their nodes. */
  readonly factors: readonly [first: string, second: string];
  /** Bytes as float32. */
  readonly bytes: BeforeAfter;
  /**
   * Multiplications, each with an addition, for each output position: a pixel of the outputs, or a row of a matrix product. Where strides give a
   * node more positions than there are outputs, they are counted without those at the borders.
   */
  readonly multiplyAdds: BeforeAfter;
  /** `‖W − Ŵ‖ / ‖W‖` in the Frobenius norm; 0 for a weight of zeros. */
  readonly relativeError: number;
  /** `‖X(W − Ŵ)‖ / ‖XW‖` for the inputs X of the weight; undefined without their moments. */
  readonly outputError?: number;
}
