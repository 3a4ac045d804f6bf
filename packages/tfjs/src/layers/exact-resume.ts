import { type Scalar, scalar, tidy, type Variable } from '@tensorflow/tfjs-core';

/** What stock Adam keeps private: the running powers of its decay rates. */
interface AdamState {
  readonly beta1: number;
  readonly beta2: number;
  readonly accBeta1: Variable;
  readonly accBeta2: Variable;
}

/**
 * Makes an optimizer that was loaded from a file continue bit for bit. Stock Adam multiplies its decay rates up step by step while it
 * trains, but recomputes them as a power when it is loaded, which rounds differently after some twenty steps. Here they are
 * multiplied up again; in an optimizer that was not loaded this changes nothing.
 */
export function restoreExactly(optimizer: { readonly iterations: number } | undefined): void {
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

/** The decay rate after this many float32 multiplications with itself. */
function runningPower(rate: number, times: number): Scalar {
  const factor = Math.fround(rate);
  let power = factor;
  for (let i = 0; i < times; i++) power = Math.fround(power * factor);
  return scalar(power);
}
