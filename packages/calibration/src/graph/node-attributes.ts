// Reads the attributes of convolution nodes as TensorFlow.js does.
import type { GraphNode } from '@gcompress/weights';
import type { Pair, Window } from '../rows/window.ts';

/** The attributes of a convolution. */
export interface ConvolutionAttributes {
  readonly window: Window;
  readonly channelsFirst: boolean;
}

/** The window of a convolution with a kernel of these sides; undefined if TensorFlow.js does not support an attribute. */
export function convolutionAttributes(node: GraphNode, kernel: Pair): ConvolutionAttributes | undefined {
  const alongLine = node.op === 'Conv1D';
  const padding = paddingOf(node);
  const strides = alongLine ? single(node, 'stride') : spatial(node, 'strides');
  const dilation = alongLine ? single(node, 'dilation') : spatial(node, 'dilations');
  if (!padding || !strides || !dilation) return undefined;
  const channelsFirst = /^nc/.test(text(node, 'data_format') ?? '');
  return { window: { kernel, strides, dilation, padding }, channelsFirst };
}

/** Whether a flag is set; false if it is missing. */
export function flag(node: GraphNode, name: string): boolean {
  return node.attributes[name]?.b === true;
}

/** An integer; 0 if it is missing. */
export function integer(node: GraphNode, name: string): number {
  return Number(node.attributes[name]?.i ?? 0);
}

/** A list of strings in lower case; empty if it is missing. */
export function texts(node: GraphNode, name: string): (string | undefined)[] {
  const { s } = (node.attributes[name]?.list ?? {}) as { readonly s?: unknown };
  return Array.isArray(s) ? s.map(decoded) : [];
}

function paddingOf(node: GraphNode): Window['padding'] | undefined {
  const padding = text(node, 'padding');
  if (padding === 'same' || padding === 'valid') return padding;
  const zeros = integers(node, 'explicit_paddings');
  if (padding !== 'explicit' || zeros?.length !== 8) return undefined;
  const first = /^nc/.test(text(node, 'data_format') ?? '') ? 4 : 2;
  return { before: [zeros[first], zeros[first + 2]], after: [zeros[first + 1], zeros[first + 3]] };
}

/** TensorFlow.js uses the second and third number, whatever the data format is. */
function spatial(node: GraphNode, name: string): Pair | undefined {
  const list = integers(node, name) ?? [1, 1, 1, 1];
  return list.length === 4 ? [list[1], list[2]] : undefined;
}

function single(node: GraphNode, name: string): Pair {
  return [1, Number(node.attributes[name]?.i ?? 1)];
}

function integers(node: GraphNode, name: string): number[] | undefined {
  const { i } = (node.attributes[name]?.list ?? {}) as { readonly i?: unknown };
  return Array.isArray(i) && i.length > 0 ? i.map(Number) : undefined;
}

function text(node: GraphNode, name: string): string | undefined {
  return decoded(node.attributes[name]?.s);
}

/** A string in lower case; JSON topologies hold strings in base64 or as a list of bytes. */
function decoded(stored: unknown): string | undefined {
  if (Array.isArray(stored)) return String.fromCharCode(...stored).toLowerCase();
  if (typeof stored !== 'string') return undefined;
  try {
    return atob(stored).toLowerCase();
  } catch {
    return undefined;
  }
}
