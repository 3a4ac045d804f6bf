// Target sparsities of weights, by regular expressions on their names.
import { GCompressError } from '@gcompress/core';
import { assertSparsity } from './sparsity.ts';

/** Target sparsities by regular expression. An expression may match anywhere in the name of a weight. */
export type SparsityMap = Readonly<Record<string, number>>;

/**
 * The sparsity of one weight. A weight that no pattern matches has the common sparsity. A weight with its own target grows in proportion:
 * `sparsity · own / target`.
 *
 * @param name name of the weight, e.g. `'layer1/kernel'`.
 * @param sparsity the common sparsity at this step.
 * @param target the target of the common sparsity; `sparsity` itself if it does not grow.
 * @throws GCompressError `invalid-option` if several patterns match, a pattern is not a regular expression, or a sparsity is not from 0
 * to below 1.
 *
 * Porting note: `weight_sparsity_map` of `pruning.Pruning`, whose entries are texts such as `'layer1:0.6'`.
 */
export function sparsityFor(name: string, map: SparsityMap, sparsity: number, target = sparsity): number {
  const where = 'sparsityFor';
  assertSparsity(where, 'sparsity', sparsity);
  assertSparsity(where, 'target', target);
  const matching = Object.entries(map).filter(([pattern, own]) => {
    assertSparsity(where, `'${pattern}'`, own);
    return expression(pattern).test(name);
  });
  const [first] = matching;
  if (first === undefined) return sparsity;
  if (matching.length > 1) {
    throw new GCompressError('invalid-option', {
      where: `${where} '${name}'`,
      expected: 'one matching pattern',
      actual: matching.map(([pattern]) => `'${pattern}'`).join(' and '),
      hint: 'Write patterns that do not overlap.',
    });
  }
  const [pattern, own] = first;
  const scaled = target === sparsity ? own : sparsity * (own / target);
  assertSparsity(where, `'${pattern}'`, scaled);
  return scaled;
}

function expression(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (cause) {
    throw new GCompressError('invalid-option', {
      where: 'sparsityFor map',
      expected: 'regular expressions as keys',
      actual: `'${pattern}'`,
      cause,
    });
  }
}
