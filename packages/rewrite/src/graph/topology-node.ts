// Nodes of a graph as the JSON of a topology holds them.

/** A node as a topology holds it. */
export interface TopologyNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Attributes;
}

/** Attributes of a node: JSON of TensorFlow's `AttrValue` by name. */
export type Attributes = Readonly<Record<string, unknown>>;

/** The attribute of a node or constant of float32. */
export const floatType = { type: 'DT_FLOAT' };

/** A flag as an attribute. */
export function flagAttribute(b: boolean) {
  return { b };
}

/** A string as an attribute: topologies hold it in base64. */
export function textAttribute(text: string) {
  return { s: btoa(text) };
}

/** A list of integers as an attribute; JSON holds 64-bit integers as strings. */
export function integersAttribute(values: readonly number[]) {
  return { list: { i: values.map(String) } };
}

/** A shape as it stands inside an attribute. */
export function shapeAttribute(shape: readonly number[]) {
  return { dim: shape.map((size) => ({ size: String(size) })) };
}
