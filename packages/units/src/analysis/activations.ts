// Activations that treat each channel by itself.
import type { Call } from './walk.ts';

/** Activations of TensorFlow.js that need no other channel. A softmax does. */
const CHANNEL_WISE = [
  ...['elu', 'selu', 'relu', 'relu6', 'linear', 'sigmoid', 'hardSigmoid', 'hard_sigmoid', 'softplus', 'softsign'],
  ...['tanh', 'gelu', 'gelu_new', 'mish', 'swish'],
];

/** The first activation of a layer that mixes channels, as a reason; undefined if none does. */
export function mixingActivation({ layer, config }: Call): string | undefined {
  for (const key of ['activation', 'recurrentActivation']) {
    const activation = config[key];
    if (activation === undefined || activation === null || CHANNEL_WISE.includes(activation as string)) continue;
    return `the activation '${String(activation)}' of layer '${layer.name}' may mix channels`;
  }
  return undefined;
}
