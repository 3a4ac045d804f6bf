// Reads the attributes of a graph node: JSON of TensorFlow's `AttrValue`.
import { assertType } from '@gcompress/core/checks';
import type { GraphNode } from './graph-weights.ts';

/** The attributes of a node by their TensorFlow names. */
export interface NodeAttributes {
  /** Whether a flag is set; false if it is missing. */
  flag(name: string): boolean;
  /** An integer; 0 if it is missing. */
  integer(name: string): number;
  /** A number, such as an ε; undefined if it is missing. */
  float(name: string): number | undefined;
  /** A list of integers; undefined if it is missing or empty. */
  integers(name: string): number[] | undefined;
  /** A string in lower case; undefined if it is missing. */
  text(name: string): string | undefined;
  /** A list of strings in lower case; empty if it is missing. */
  texts(name: string): (string | undefined)[];
}

/**
 * The attributes of a node. Strings are read from base64 or from a list of bytes, which are the two ways in which topologies hold them.
 *
 * @param node one of `graphNodes`, or the `node` of one of `graphUses`.
 * @throws GCompressError `invalid-option` for anything but a node.
 */
export function nodeAttributes(node: GraphNode): NodeAttributes {
  assertType('nodeAttributes', 'node', node, 'object', 'Pass one of graphNodes.');
  const { attributes } = node;
  assertType('nodeAttributes node', 'attributes', attributes, 'object', 'Pass one of graphNodes.');
  const list = (name: string, type: 'i' | 's'): readonly unknown[] => {
    const values = ((attributes[name]?.list ?? {}) as Readonly<Record<string, unknown>>)[type];
    return Array.isArray(values) ? values : [];
  };
  return {
    flag: (name) => attributes[name]?.b === true,
    integer: (name) => Number(attributes[name]?.i ?? 0),
    float: (name) => (attributes[name]?.f === undefined ? undefined : Number(attributes[name]?.f)),
    integers(name) {
      const values = list(name, 'i');
      return values.length > 0 ? values.map(Number) : undefined;
    },
    text: (name) => decoded(attributes[name]?.s),
    texts: (name) => list(name, 's').map(decoded),
  };
}

function decoded(stored: unknown): string | undefined {
  if (Array.isArray(stored)) return String.fromCharCode(...stored).toLowerCase();
  if (typeof stored !== 'string') return undefined;
  try {
    return atob(stored).toLowerCase();
  } catch {
    return undefined;
  }
}
