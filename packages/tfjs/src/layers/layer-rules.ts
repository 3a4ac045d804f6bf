import { GCompressError, isGCompressError, type MatrixCompressor, type Shape2D } from '@gcompress/core';
import type { CompressionSchedule } from '@gcompress/scheduler';
import { isModel, type Layer, type LayerCompression } from './compressed-layer.ts';

/** What happens to the layers that match; every condition that is given must hold. */
export interface LayerRule {
  /** The layer's name, or a pattern that it matches. */
  readonly name?: string | RegExp;
  /** The layer's class, e.g. `'Dense'`. */
  readonly className?: string;
  /** Whether the rule is for this layer. */
  readonly predicate?: (layer: Layer) => boolean;
  /** The fewest values that the kernel has. */
  readonly minWeights?: number;
  /** The method for these layers; `null` leaves them as they are. Default: the common one. */
  readonly method?: MatrixCompressor | null;
  /** The schedule for these layers. Default: the common one. */
  readonly schedule?: CompressionSchedule;
}

/** How layers are chosen, and what they get. */
export interface LayerChoice {
  /** The method for layers whose rule names none. */
  readonly method: MatrixCompressor;
  /** The schedule for layers whose rule names none. */
  readonly schedule: CompressionSchedule;
  /** The first rule that matches decides; a layer that none matches is left as it is. Default: every layer. */
  readonly rules?: readonly LayerRule[];
  /** Kernels with fewer values are left as they are unless a rule has its own `minWeights`. Default 4096. */
  readonly minWeights?: number;
}

/** Kernels below this are rarely worth a layer of their own. */
const MIN_WEIGHTS = 4096;

/** What is to be done with one layer: compress it, or leave it and say why. */
export type LayerDecision = LayerCompression | { readonly skipped: string };

/** Decides about one layer that has weights; never throws for a layer that just cannot be compressed. */
export function decide(layer: Layer, shared: boolean, choice: LayerChoice): LayerDecision {
  const className = layer.getClassName();
  if (className !== 'Dense') return { skipped: `${className} layers are not supported` };
  if (shared) return { skipped: 'used in more than one place' };
  const shape = layer.weights[0].shape as unknown as Shape2D;
  const rule = choice.rules ? choice.rules.find((candidate) => matches(candidate, layer, shape)) : {};
  if (!rule) return { skipped: 'no rule matches' };
  if (rule.method === null) return { skipped: 'left out by a rule' };
  const size = shape[0] * shape[1];
  const fewest = rule.minWeights ?? choice.minWeights ?? MIN_WEIGHTS;
  if (size < fewest) return { skipped: `${size} weights, fewer than minWeights ${fewest}` };
  const compressor = rule.method ?? choice.method;
  try {
    compressor.plan(shape);
  } catch (error) {
    if (isGCompressError(error)) return { skipped: error.message };
    throw error;
  }
  return { compressor, schedule: rule.schedule ?? choice.schedule };
}

/**
 * Refuses rules that name a layer which the model does not have: most likely a typing mistake.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertRules(rules: readonly LayerRule[], layers: readonly Layer[]): void {
  const unknown = rules.find(({ name }) => typeof name === 'string' && !layers.some((layer) => layer.name === name));
  if (!unknown) return;
  throw new GCompressError('invalid-option', {
    where: 'compressModel rules',
    expected: `names of layers: ${layers
      .filter((layer) => !isModel(layer))
      .map((layer) => layer.name)
      .join(', ')}`,
    actual: `'${String(unknown.name)}'`,
  });
}

function matches(rule: LayerRule, layer: Layer, [rows, cols]: Shape2D): boolean {
  const { name, className, predicate, minWeights } = rule;
  if (typeof name === 'string' && layer.name !== name) return false;
  if (name instanceof RegExp && !name.test(layer.name)) return false;
  if (className !== undefined && layer.getClassName() !== className) return false;
  if (minWeights !== undefined && rows * cols < minWeights) return false;
  return predicate === undefined || predicate(layer);
}
