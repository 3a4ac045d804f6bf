// What a rule for a class of layers is.
import type { Channels } from './unit-sets.ts';
import type { Call, Walk } from './walk.ts';

/** Notes what a use of a layer does with channels. Returns the channels of its outputs, or the reason why it is not followed. */
export type Rule = (call: Call, walk: Walk) => Channels[] | string;

/** The reason for layers whose channels are not on the last axis. */
export function channelsFirst({ layer, config }: Call): string | undefined {
  return config.dataFormat === 'channelsFirst' ? `layer '${layer.name}' has its channels first` : undefined;
}
