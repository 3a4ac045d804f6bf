// Bits of a decision by its probability.

/** Probabilities are parts of this number. */
export const TABLE = 4096;

let made: Float64Array | undefined;

/** Bits of each probability, computed once on first use: the table takes as long as coding a small matrix. */
export function costs(): Float64Array {
  made ??= costTable();
  return made;
}

/** −log2(p / 4096) by repeated squaring: Math.log2 may differ between engines, products do not. */
function costTable(): Float64Array {
  return Float64Array.from({ length: TABLE + 1 }, (_, p) => {
    let mantissa = (p || 0.5) + (p < TABLE ? 0.5 : 0);
    let log = 0;
    for (; mantissa >= 2; mantissa /= 2) log += 1;
    for (let step = 0.5; step > 1e-6; step /= 2) {
      mantissa *= mantissa;
      if (mantissa >= 2) {
        mantissa /= 2;
        log += step;
      }
    }
    return 12 - log;
  });
}
