// The constants of a graph in the order in which its nodes run.
import { type GraphNode, graphNodes } from '@gcompress/weights';
import { groupedBy } from '../observed/grouped-by.ts';
import { nodeName } from './calibrated-graph.ts';
import type { ObservedNode } from './observed-nodes.ts';

/** Names of constants, those that read the same outputs together, each after all constants that its inputs depend on. */
export function usesInOrder(observed: readonly ObservedNode[], topology: object): string[][] {
  const places = runOrder(graphNodes(topology));
  const place = ({ sources }: ObservedNode) => Math.max(...sources.map((name) => places.get(nodeName(name)) ?? 0));
  const known = new Set<string>();
  return [...groupedBy(observed, ({ sources }) => sources.join()).values()]
    .sort(([a], [b]) => place(a) - place(b))
    .flatMap((group) => {
      const names = [...new Set(group.map(({ weight }) => weight))].filter((name) => !known.has(name));
      for (const name of names) known.add(name);
      return names.length > 0 ? [names] : [];
    });
}

/** The place of each node in an order where inputs come first; a loop is cut where it is met. */
function runOrder(nodes: readonly GraphNode[]): ReadonlyMap<string, number> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const places = new Map<string, number>();
  const visited = new Set<string>();
  for (const { name } of nodes) {
    // A stack of its own, because graphs may be deeper than the stack of calls
    const open = [{ name, isDone: false }];
    for (let next = open.pop(); next; next = open.pop()) {
      if (next.isDone) {
        places.set(next.name, places.size);
      } else if (!visited.has(next.name)) {
        visited.add(next.name);
        open.push({ name: next.name, isDone: true });
        for (const input of byName.get(next.name)?.inputs ?? []) {
          // A name after ^ is a control dependency
          open.push({ name: nodeName(input.replace(/^\^/, '')), isDone: false });
        }
      }
    }
  }
  return places;
}
