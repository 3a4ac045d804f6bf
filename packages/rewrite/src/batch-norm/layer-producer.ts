// Which layers can take up the BatchNorm after them, and on which axis their channels are.
import { type Container, callsOf, type LayerEntry, layerName } from './layer-containers.ts';

/** A class whose kernel can take up a BatchNorm. */
interface ProducerClass {
  readonly kernel: string;
  /** Axes of its outputs with the batch; undefined if it keeps those of its inputs. */
  readonly rank?: number;
  readonly swapped?: boolean;
  readonly depthwise?: boolean;
}

const CLASSES: Readonly<Record<string, ProducerClass | undefined>> = {
  Dense: { kernel: 'kernel' },
  Conv1D: { kernel: 'kernel', rank: 3 },
  Conv2D: { kernel: 'kernel', rank: 4 },
  Conv3D: { kernel: 'kernel', rank: 5 },
  Conv2DTranspose: { kernel: 'kernel', rank: 4, swapped: true },
  Conv3DTranspose: { kernel: 'kernel', rank: 5, swapped: true },
  DepthwiseConv2D: { kernel: 'depthwise_kernel', rank: 4, depthwise: true },
  SeparableConv1D: { kernel: 'pointwise_kernel', rank: 3 },
  SeparableConv2D: { kernel: 'pointwise_kernel', rank: 4 },
};
/** Layers whose outputs have as many axes as their inputs. */
const SAME_RANK =
  /^(InputLayer|Dense|Activation|Dropout|BatchNormalization.*|ReLU|LeakyReLU|PReLU|ELU|Softmax|Gaussian.*)$/;
const FLAT = /^(Flatten|Global.*Pooling\dD)$/;

/** The layer whose outputs a BatchNorm gets. */
export interface LayerProducer {
  readonly layer: LayerEntry;
  readonly made: ProducerClass;
}

/** The layer before a BatchNorm, or the reason why it cannot take it up. */
export function layerProducer(container: Container, batchNorm: LayerEntry): LayerProducer | string {
  const layer = before(container, batchNorm);
  if (!layer) return 'nothing of this model computes its inputs';
  const where = `${layer.class_name} '${layerName(layer)}'`;
  const made = CLASSES[layer.class_name];
  if (!made) return `${where} comes before it, which has no kernel that could take it up`;
  const { activation, data_format: format } = layer.config;
  if (activation !== undefined && activation !== null && activation !== 'linear') {
    return `${where} has an activation, ${typeof activation === 'string' ? activation : 'a custom one'}`;
  }
  // Its cpu backend normalizes along the last axis then, others do not
  if (format === 'channels_first')
    return 'its channels come first, which backends of TensorFlow.js compute differently';
  const rank = made.rank ?? outputRank(container, layer);
  const axis = [batchNorm.config.axis ?? -1].flat()[0];
  if (axis === -1 || (rank !== undefined && axis === rank - 1)) return { layer, made };
  return `it normalizes along axis ${String(axis)}, which is not known to be that of the channels of ${where}`;
}

/** The layer that a layer with one call reads. */
export function before({ layers, outputs }: Container, layer: LayerEntry): LayerEntry | undefined {
  if (!outputs) return layers[layers.indexOf(layer) - 1];
  const [call] = callsOf(layer);
  return call?.length === 1 ? layers.find((one) => layerName(one) === call[0][0]) : undefined;
}

/** How many axes the outputs of a layer have, with the batch; undefined if that is not known here. */
function outputRank(container: Container, layer: LayerEntry): number | undefined {
  const visited = new Set<LayerEntry>();
  for (let at: LayerEntry | undefined = layer; at && !visited.has(at); at = before(container, at)) {
    visited.add(at);
    if (FLAT.test(at.class_name)) return 2;
    const known = CLASSES[at.class_name]?.rank;
    if (known !== undefined) return known;
    if (!SAME_RANK.test(at.class_name)) return undefined;
    const shape = at.config.batch_input_shape ?? at.config.batch_shape;
    if (Array.isArray(shape)) return shape.length;
  }
  return undefined;
}
