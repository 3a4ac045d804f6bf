// Checks that a compressor compresses every sample to finite numbers.
import { ensure } from '../assertions/assertions.ts';
import type { Check } from '../assertions/check.ts';
import type { Workbench } from '../samples/workbench.ts';

/**
 * One check for each sample: the compressor gives finite numbers of the right shape. It may refuse a thin matrix instead, with a reason
 * and because of the shape alone; the refusal becomes the check's remark.
 */
export function matrixChecks(bench: Workbench): readonly Check<Workbench>[] {
  return Object.keys(bench.samples).map((name) => ({
    name: `compresses ${name}`,
    run: async ({ compression, ordinary }) => {
      const outcome = await compression(name);
      if ('refused' in outcome) {
        ensure(!ordinary.includes(name), `an ordinary shape was refused with ${outcome.refused}`);
        return `refused with ${outcome.refused}`;
      }
      const at = outcome.compressed.decompress().data.findIndex((entry) => !Number.isFinite(entry));
      ensure(at < 0, `entry ${at} of the result is not a finite number`);
      return undefined;
    },
  }));
}
