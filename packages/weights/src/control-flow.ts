// Finds the nodes of a graph inside loops and branches.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import type { GraphNode } from './graph-weights.ts';

type Depth = readonly [loops: number, branches: number];

/** How many levels of loops and branches an op enters; a loop's value leaves the loop through a branch. */
const STEPS: ReadonlyMap<string, Depth> = new Map([
  ['Enter', [1, 0]],
  ['Exit', [-1, -1]],
  ['Switch', [0, 1]],
  ['Merge', [0, -1]],
]);
const OUTSIDE: Depth = [0, 0];

/**
 * Names of the nodes inside loops and branches, whose outputs cannot be fetched from outside. Loops and branches of TensorFlow 2 are functions,
 * not nodes of the graph.
 *
 * @param nodes what `graphNodes` gives.
 * @throws GCompressError `invalid-option` for anything but a list of nodes.
 */
export function nodesInControlFlow(nodes: readonly GraphNode[]): ReadonlySet<string> {
  const given: unknown = nodes;
  if (!Array.isArray(given) || !given.every(isNode)) {
    throw new GCompressError('invalid-option', {
      where: 'nodesInControlFlow nodes',
      expected: 'a list of nodes',
      actual: describeValue(given),
      hint: 'Pass what graphNodes gives.',
    });
  }
  const depths = new Map<string, Depth>();
  // One pass suffices for sorted nodes. A graph may hold nodes in any order, and a loop's feedback is known only later
  let changed = true;
  for (let left = nodes.length + 1; changed && left > 0; left--) {
    changed = false;
    for (const { name, op, inputs } of nodes) {
      const [loops, branches] = STEPS.get(op.replace(/^Ref/, '')) ?? OUTSIDE;
      const before = inputs.map((input) => depths.get(input.split(':')[0]) ?? OUTSIDE);
      const own: Depth = [
        Math.max(0, loops + Math.max(0, ...before.map(([depth]) => depth))),
        Math.max(0, branches + Math.max(0, ...before.map(([, depth]) => depth))),
      ];
      const known = depths.get(name) ?? OUTSIDE;
      if (own[0] === known[0] && own[1] === known[1]) continue;
      depths.set(name, own);
      changed = true;
    }
  }
  return new Set([...depths].flatMap(([name, [loops, branches]]) => (loops > 0 || branches > 0 ? [name] : [])));
}

function isNode(node: unknown): boolean {
  const { name, op, inputs } = (node ?? {}) as Partial<GraphNode>;
  return typeof name === 'string' && typeof op === 'string' && Array.isArray(inputs);
}
