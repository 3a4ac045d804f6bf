// Checks that a compressor refuses what is no valid matrix.
import { ensure } from '../assertions/assertions.ts';
import type { Check } from '../assertions/check.ts';
import type { Workbench } from '../samples/workbench.ts';

/**
 * One check for each sample: it is compressed to finite numbers of the right shape. A thin matrix may be refused instead,
 * with a reason and because of its shape alone; the refusal becomes the check's remark.
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
      ensure(at < 0, `entry ${at} of the result is no finite number`);
      return undefined;
    },
  }));
}
