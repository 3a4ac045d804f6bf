// Reads the attributes of convolution nodes as TensorFlow.js does.
import { type GraphNode, type NodeAttributes, nodeAttributes } from '@gcompress/weights';
import type { Pair, Window } from '../rows/window.ts';

/** The attributes of a convolution. */
export interface ConvolutionAttributes {
  readonly window: Window;
  readonly channelsFirst: boolean;
}

/** The window of a convolution with a kernel of these sides; undefined if TensorFlow.js does not support an attribute. */
export function convolutionAttributes(node: GraphNode, kernel: Pair): ConvolutionAttributes | undefined {
  const alongLine = node.op === 'Conv1D';
  const attributes = nodeAttributes(node);
  const padding = paddingOf(attributes);
  const single = (name: string): Pair => [1, Number(node.attributes[name]?.i ?? 1)];
  const strides = alongLine ? single('stride') : spatial(attributes, 'strides');
  const dilation = alongLine ? single('dilation') : spatial(attributes, 'dilations');
  if (!padding || !strides || !dilation) return undefined;
  return { window: { kernel, strides, dilation, padding }, channelsFirst: isChannelsFirst(attributes) };
}

function paddingOf(attributes: NodeAttributes): Window['padding'] | undefined {
  const padding = attributes.text('padding');
  if (padding === 'same' || padding === 'valid') return padding;
  const zeros = attributes.integers('explicit_paddings');
  if (padding !== 'explicit' || zeros?.length !== 8) return undefined;
  const first = isChannelsFirst(attributes) ? 4 : 2;
  return { before: [zeros[first], zeros[first + 2]], after: [zeros[first + 1], zeros[first + 3]] };
}

function isChannelsFirst(attributes: NodeAttributes): boolean {
  return /^nc/.test(attributes.text('data_format') ?? '');
}

/** TensorFlow.js uses the second and third number, whatever the data format is. */
function spatial(attributes: NodeAttributes, name: string): Pair | undefined {
  const list = attributes.integers(name) ?? [1, 1, 1, 1];
  return list.length === 4 ? [list[1], list[2]] : undefined;
}
