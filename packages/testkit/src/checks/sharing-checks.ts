// Checks that a format declares the values that several entries share.
import type { Sharing } from '@gcompress/core';
import { ensure, onEach } from '../assertions/assertions.ts';
import { type Check, NotApplicable } from '../assertions/check.ts';
import type { Example } from '../samples/workbench.ts';
import type { Examples } from './algebra-checks.ts';

/** Checks the format's `sharing`, by which hosts divide gradients. */
export const sharingChecks: readonly Check<Examples>[] = [
  {
    name: 'sharing names factors and how often they are used',
    async run(subject) {
      const examples = await subject.examples();
      if (examples.every(({ compressed }) => compressed.format.sharing === undefined)) {
        return new NotApplicable('the format has no sharing');
      }
      return onEach(examples, assertSharing);
    },
  },
];

function assertSharing({ compressed: { format, shape, config, factors } }: Example): void {
  const told: Readonly<Record<string, Sharing | undefined>> = format.sharing?.({ shape, config }) ?? {};
  for (const [name, use] of Object.entries(told)) {
    ensure(Object.hasOwn(factors, name), `sharing names '${name}', which is not a factor`);
    ensure(factors[name].trainable === true, `sharing names '${name}', which is not trained`);
    if (use?.rows !== undefined) {
      const indices = Object.hasOwn(factors, use.rows) && factors[use.rows].dtype === 'int32';
      ensure(indices, `the rows of '${name}' are '${use.rows}', which is not an int32 factor`);
    }
    if (use?.times !== undefined) {
      const positive = Number.isFinite(use.times) && use.times > 0;
      ensure(positive, `the times of '${name}' are ${use.times}, which is not a positive number`);
    }
  }
}
