// Where in a model gains are measured: at its outputs, before a final softmax or sigmoid, or at layers of your choice.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';

/** The outputs of the model, and the outputs before a final softmax or sigmoid. All other places are names. */
const PLACES: ReadonlySet<string> = new Set(['outputs', 'logits']);

/** The places, without repetition. */
export interface GainPlaces {
  /** Whether the outputs of the model count. */
  readonly outputs: boolean;
  /** Whether the outputs before a final softmax or sigmoid count; outputs that end otherwise count as they are. */
  readonly logits: boolean;
  /** Names of layers, or of nodes of a graph. */
  readonly names: readonly string[];
}

/**
 * The places of an option `at`.
 *
 * @throws GCompressError `invalid-option` for anything but a name or several names.
 */
export function gainPlaces(at: unknown): GainPlaces {
  const given: readonly unknown[] = Array.isArray(at) ? at : [at];
  const names = given.filter((name) => typeof name === 'string' && name !== '') as string[];
  if (names.length !== given.length || names.length === 0) {
    throw new GCompressError('invalid-option', {
      where: 'channelGains at',
      expected: "'outputs', 'logits', the name of a layer or node, or a list of these",
      actual: describeValue(at),
    });
  }
  return {
    outputs: names.includes('outputs'),
    logits: names.includes('logits'),
    names: [...new Set(names)].filter((name) => !PLACES.has(name)),
  };
}

/** An error for a name that the model does not have. */
export function unknownPlace(what: 'layer' | 'node', name: string, known: readonly string[]): GCompressError {
  const last = known.slice(-5).map((one) => `'${one}'`);
  return new GCompressError('invalid-option', {
    where: 'channelGains at',
    expected: `'outputs', 'logits' or the name of a ${what} of the model`,
    actual: `'${name}'`,
    hint: `The last ${what}s are ${last.join(', ')}.`,
  });
}

/**
 * Whether an output ends in an activation that hides differences: a softmax, or a sigmoid for each class. Sigmoids of other outputs, such as
 * pictures, are values that people see.
 */
export function isSaturating(activation: string, rank: number | undefined): boolean {
  const name = activation.toLowerCase();
  return name === 'softmax' || (name === 'sigmoid' && rank === 2);
}
