// Stores weights with equal stored forms once: the later ones become copies of the first.
import { originalsOf } from './equal-weights.ts';
import type { PackedResult } from './pack-weight.ts';
import type { PackedWeight } from './report.ts';
import type { WrittenWeight } from './write-file.ts';

/** A weight as the file has it, and its entry in the report. */
export interface SharedWeight extends WrittenWeight {
  readonly report: PackedWeight;
}

/**
 * The weights with their stored values, each value once. A copy has no bytes, and its entry in the report names the weight that it copies.
 *
 * @param weights all weights of a model, in its order.
 */
export function withSharedCopies(weights: readonly PackedResult[]): SharedWeight[] {
  const originals = originalsOf(weights, ({ tensor: [, ...description], bytes }) => ({ bytes, description }));
  return weights.map((weight, index) => {
    const original = originals[index];
    if (original === index || weight.bytes.length === 0) return weight;
    const report = { ...weight.report, bytes: 0, copyOf: weights[original].report.name };
    return { tensor: [weight.tensor[0], original], bytes: new Uint8Array(0), report };
  });
}
