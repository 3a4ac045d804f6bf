// Bits that are counted in loops for integers, compared with the decisions that the coder makes.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CountingLevelModel } from '../src/levels/counting-level-model.ts';
import { codeLevel } from '../src/levels/level-model.ts';
import { WalkingLevelModel } from '../src/levels/walking-level-model.ts';
import type { BinaryCoder } from '../src/range/binary-coder.ts';

/** Counts the bits of decisions by the probabilities that the coder uses, before they adapt. */
function decisions(model: WalkingLevelModel): BinaryCoder & { bits: number } {
  return {
    bits: 0,
    bit(slot, wanted) {
      const one = model.probability(slot) / 2 ** 15;
      this.bits -= Math.log2(wanted === 1 ? one : 1 - one);
      model.adapt(slot, wanted);
      return wanted;
    },
    even(wanted) {
      this.bits++;
      return wanted;
    },
  };
}

const magnitude = fc.oneof(fc.nat(9), fc.nat(300), fc.integer({ min: 0, max: 2 ** 31 }));
const level = fc.tuple(fc.nat(1), magnitude);

it('each level takes the bits of its decisions, and both models adapt alike', () => {
  const property = fc.property(fc.array(level, { minLength: 1, maxLength: 400 }), (levels) => {
    const model = new WalkingLevelModel(7);
    const coder = decisions(model);
    const counting = new CountingLevelModel(7);
    for (const [quantiser, size] of levels) {
      const [bucket, neighbours] = [model.bucket(), model.neighbours];
      expect([counting.bucket(), counting.neighbours]).toEqual([bucket, neighbours]);
      coder.bits = 0;
      codeLevel(coder, quantiser, bucket, neighbours, size);
      model.observe(size);
      const asked = counting.bitsOf(quantiser, bucket, neighbours, size);
      expect(counting.count(quantiser, bucket, neighbours, size)).toBe(asked);
      counting.observe(size);
      // The table of costs has 12 bits
      expect(Math.abs(asked / coder.bits - 1)).toBeLessThan(0.08);
    }
    for (let slot = 0; slot < 2000; slot++) expect(counting.probability(slot)).toBe(model.probability(slot));
  });
  fc.assert(property, { numRuns: 40, seed: 1 });
});
