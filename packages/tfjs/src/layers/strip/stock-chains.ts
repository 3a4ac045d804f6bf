// Chains of stock layers that compute a product of factors.
import { type CompressedMatrix, type CpuTensor, cpuOps } from '@gcompress/core';
import { layers } from '@tensorflow/tfjs-layers';
import type { KernelSplit } from '../../weight/weight-views.ts';
import type { Layer, LayerConfig } from '../weights/clone-layer.ts';

/** One stock layer of a chain that computes a product. */
export interface Link {
  readonly layer: Layer;
  /** The first weight of the layer: a kernel or an embedding. */
  readonly kernel: CpuTensor;
}

/** A factor of the product, and the arguments of its layer: a name, and on the first and last layer the old layer's input and output. */
interface Part {
  readonly factor: CpuTensor;
  readonly args: LayerConfig;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Makes stock layers from the old layer's configuration and the parts of the product; `undefined` if no stock layers compute it. */
type Chain = (config: LayerConfig, parts: readonly Part[], split: KernelSplit) => Link[] | undefined;

/**
 * Stock layers that together compute what one layer computes with a product of factors. The first takes the layer's inputs; the last
 * has its name, bias and activation. The names of the other layers are added to `taken`. `undefined` if the format is not a product, or
 * if no stock layers compute it.
 */
export function stockChain(
  className: string,
  config: LayerConfig,
  { format, factors }: CompressedMatrix,
  { split, taken }: { readonly split: KernelSplit; readonly taken: Set<string> },
): Link[] | undefined {
  const chain = CHAINS.get(className);
  if (!format.product || !chain) return undefined;
  const last = format.product.length - 1;
  const { name, trainable, batchInputShape, dtype } = config;
  const parts = format.product.map((factorName, i): Part => {
    const input = i === 0 ? { batchInputShape, dtype } : {};
    const own = { name: i === last ? name : freeName(`${name}_${factorName}`, taken), trainable };
    return { factor: factors[factorName], args: { ...input, ...own }, isFirst: i === 0, isLast: i === last };
  });
  return chain(config, parts, split);
}

/** A free name that begins with the wanted name; adds it to `taken`. */
function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let i = 1; taken.has(name); i++) name = `${wanted}_${i}`;
  taken.add(name);
  return name;
}

const dense: Chain = (config, parts) =>
  parts.map(({ factor, args, isLast }) => {
    const output = isLast ? outputOf(config) : { useBias: false };
    return { layer: layers.dense(given({ ...output, ...args, units: factor.shape[1] })), kernel: factor };
  });

/** A table of short rows, then products with the other factors. */
const embedding: Chain = (config, parts) =>
  parts.map(({ factor, args, isFirst }) => {
    const [rows, units] = factor.shape;
    if (!isFirst) return { layer: layers.dense(given({ ...args, units, useBias: false })), kernel: factor };
    const { maskZero, inputLength } = config;
    const table = { ...args, maskZero, inputLength, inputDim: rows, outputDim: units };
    return { layer: layers.embedding(given(table)), kernel: factor };
  });

/** A convolution to fewer channels, then 1×1 ones. */
const convolution =
  (make: (args: never) => Layer): Chain =>
  (config, parts) => {
    const { kernelSize, strides, padding, dilationRate, dataFormat } = config as unknown as ConvolutionConfig;
    const point = kernelSize.map(() => 1);
    return parts.map(({ factor, args, isFirst, isLast }) => {
      const [rows, filters] = factor.shape;
      const area = isFirst ? kernelSize : point;
      const sweep = isFirst ? { kernelSize, strides, padding, dilationRate } : { kernelSize: point };
      const output = isLast ? outputOf(config) : { useBias: false };
      const channels = rows / area.reduce((product, side) => product * side, 1);
      return {
        layer: make(given({ ...output, ...args, ...sweep, dataFormat, filters }) as never),
        kernel: cpuOps.reshape(factor, [...area, channels, filters]),
      };
    });
  };

/** An h×1 convolution, 1×1 ones if the product is longer than two, a 1×w convolution. */
const spatialConvolution: Chain = (config, parts) => {
  const { kernelSize, strides, padding, dilationRate, dataFormat } = config as unknown as ConvolutionConfig;
  const [height, width] = kernelSize;
  return parts.map(({ factor, args, isFirst, isLast }) => {
    const [rows, cols] = factor.shape;
    const [tall, wide] = [isFirst ? height : 1, isLast ? width : 1];
    const [channels, filters] = [rows / tall, cols / wide];
    const sweep = {
      kernelSize: [tall, wide],
      strides: [isFirst ? strides[0] : 1, isLast ? strides[1] : 1],
      dilationRate: [isFirst ? dilationRate[0] : 1, isLast ? dilationRate[1] : 1],
      padding,
      dataFormat,
    };
    const output = isLast ? outputOf(config) : { useBias: false };
    // Rows are (h, in) and columns (w, out); at most one of tall and wide is more than 1
    const read = cpuOps.transpose(cpuOps.reshape(factor, [tall, channels, wide, filters]), [0, 2, 1, 3]);
    return { layer: layers.conv2d(given({ ...output, ...args, ...sweep, filters })), kernel: read };
  });
};

const convolution2d: Chain = (config, parts, split) =>
  (split === 'spatial' ? spatialConvolution : convolution(layers.conv2d))(config, parts, split);

// Stock Conv1D layers with channels first return their output with channels last, against their own computeOutputShape
const convolution1d: Chain = (config, parts, split) =>
  config.dataFormat === 'channelsFirst' ? undefined : convolution(layers.conv1d)(config, parts, split);

/** 1×1 convolutions to fewer channels, then the transposed convolution. */
const transposedConvolution: Chain = (config, parts) => {
  const { kernelSize, strides, padding, dataFormat } = config as unknown as ConvolutionConfig;
  const [height, width] = kernelSize;
  return parts.map(({ factor, args, isLast }) => {
    const [rows, cols] = factor.shape;
    if (!isLast) {
      const point = { kernelSize: [1, 1], filters: cols, useBias: false, dataFormat };
      return { layer: layers.conv2d(given({ ...args, ...point })), kernel: cpuOps.reshape(factor, [1, 1, rows, cols]) };
    }
    const filters = cols / (height * width);
    const kernel = cpuOps.transpose(cpuOps.reshape(factor, [rows, height, width, filters]), [1, 2, 3, 0]);
    const sweep = { kernelSize, strides, padding, dataFormat, filters };
    return { layer: layers.conv2dTranspose(given({ ...outputOf(config), ...args, ...sweep })), kernel };
  });
};

/** The chain of the inner layer, each layer wrapped in TimeDistributed. */
const timeDistributed: Chain = (config, parts, split) => {
  const { className, config: inner } = config.layer as unknown as { className: string; config: LayerConfig };
  const links = CHAINS.get(className)?.(
    inner,
    parts.map((part) => ({ ...part, args: { name: `${part.args.name}_step` } })),
    split,
  );
  return links?.map(({ layer, kernel }, i) => ({
    layer: layers.timeDistributed(given({ ...parts[i].args, layer })),
    kernel,
  }));
};

const CHAINS: ReadonlyMap<string, Chain> = new Map([
  ['Dense', dense],
  ['Embedding', embedding],
  ['Conv1D', convolution1d],
  ['Conv2D', convolution2d],
  ['Conv2DTranspose', transposedConvolution],
  ['TimeDistributed', timeDistributed],
]);

/** A convolution's configuration: one number for each axis. */
interface ConvolutionConfig {
  readonly kernelSize: number[];
  readonly strides: number[];
  readonly dilationRate: number[];
  readonly padding: string;
  readonly dataFormat: string;
}

/** The arguments that the last layer takes over. It leaves out the kernel's regularizer and constraint, which suit the old kernel. */
function outputOf({ activation, useBias, biasInitializer, biasRegularizer, biasConstraint }: LayerConfig): LayerConfig {
  return { activation, useBias, biasInitializer, biasRegularizer, biasConstraint };
}

/** The arguments without undefined ones, because tfjs treats an undefined argument as given. */
function given<T>(args: Readonly<Record<string, unknown>>): T {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)) as T;
}
