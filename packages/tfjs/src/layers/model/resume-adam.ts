// Makes stock Adam resume bit for bit after it was loaded.
import { type Scalar, scalar, tidy, type Variable } from '@tensorflow/tfjs-core';

/** Private properties of stock Adam: its decay rates and their running powers. */
interface AdamState {
  readonly beta1: number;
  readonly beta2: number;
  readonly accBeta1: Variable;
  readonly accBeta2: Variable;
}

/**
 * Makes an optimizer that was loaded from a file resume bit for bit. Stock Adam multiplies its decay rates step by step while it
 * trains, but computes them as a power when it is loaded, which rounds differently after some twenty steps. This function multiplies
 * them step by step again. It changes nothing in an optimizer that was not loaded.
 */
export function resumeAdam(optimizer: { readonly iterations: number } | undefined): void {
  if (!optimizer || !isAdam(optimizer)) return;
  const { beta1, beta2, accBeta1, accBeta2, iterations } = optimizer;
  tidy(() => {
    accBeta1.assign(runningPower(beta1, iterations));
    accBeta2.assign(runningPower(beta2, iterations));
  });
}

function isAdam(optimizer: object): optimizer is AdamState & { readonly iterations: number } {
  return 'accBeta1' in optimizer && 'accBeta2' in optimizer;
}

/** The most multiplications: some ten times as many as rates up to 0.99999 need until the product is constant. */
const MOST = 2 ** 26;

/** The product after this many float32 multiplications by the rate, bounded because the count may come from a file. */
function runningPower(rate: number, times: number): Scalar {
  const factor = Math.fround(rate);
  let power = factor;
  for (let i = 0; i < Math.min(times, MOST); i++) {
    const next = Math.fround(power * factor);
    if (next === power) break;
    power = next;
  }
  return scalar(power);
}
