// The outputs that a graph model returns.
import type { GraphNode } from '@gcompress/weights';

/** The outputs in the signature, such as `split:1`; without a signature the nodes that no node reads, as in TensorFlow.js. */
export function outputNames(
  model: Readonly<Record<string, unknown>>,
  nodes: readonly GraphNode[],
): ReadonlySet<string> {
  const own = (model.userDefinedMetadata as { readonly signature?: unknown } | undefined)?.signature ?? model.signature;
  const { outputs } = (own ?? {}) as { readonly outputs?: Readonly<Record<string, { readonly name?: unknown }>> };
  const named = Object.entries(outputs ?? {}).map(([key, output]) => String(output?.name ?? key));
  if (named.length > 0) return new Set(named);
  const read = new Set(nodes.flatMap(({ inputs }) => inputs.map((input) => input.split(':')[0])));
  return new Set(nodes.flatMap(({ name }) => (read.has(name) ? [] : [name])));
}
