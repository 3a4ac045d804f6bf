// The report about a distillation: bytes and errors before and after.
import type { DistillationLoss } from '../targets/losses.ts';

/** The error of the small model after some steps of the training. */
export interface HeldOutError {
  /** Steps of the training so far. */
  readonly step: number;
  /** `‖y − t‖ / ‖t‖` for the outputs y and the outputs t of the teacher on held-out inputs, the mean over all outputs of the model. */
  readonly error: number;
  /** Bytes of the compressed matrices. */
  readonly matrixBytes: number;
}

/** The report of `distill`. */
export interface DistillationReport {
  /** Steps that the training took. */
  readonly steps: number;
  /** The step whose state was taken; 0 if no state was better than the given model, which is then returned. */
  readonly takenStep: number;
  readonly loss: DistillationLoss;
  /** Number of inputs that the training did not see; the errors are measured on them. */
  readonly heldOut: number;
  /** Relative error of the outputs against the teacher on the held-out inputs, of the model as it is stored. */
  readonly error: { readonly before: number; readonly after: number };
  /** Bytes of the whole packed file. */
  readonly bytes: { readonly before: number; readonly after: number };
  /** What was trained of each compressed weight, in words, by the name of the weight. */
  readonly trained: ReadonlyMap<string, string>;
  /** The error in the course of the training, from step 0 on. */
  readonly course: readonly HeldOutError[];
}
