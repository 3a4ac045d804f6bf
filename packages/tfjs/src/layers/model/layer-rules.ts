// Rules that choose which layers are compressed and how, and the decision about one layer.
import { elementCount, type FactorizationPlan, isGCompressError, type MatrixCompressor } from '@gcompress/core';
import type { CompressionSchedule } from '@gcompress/scheduler';
import type { KernelSplit } from '../../weight/weight-views.ts';
import type { Layer } from '../weights/clone-layer.ts';
import type { LayerMatrix } from '../weights/compressible-layer.ts';
import { matricesOf } from '../weights/layer-matrices.ts';
import type { LayerCompression } from '../wrapper/compressed-layer.ts';
import type { SkippedLayerReport } from './compression-report.ts';

/** Conditions on a layer, which must all hold, and what happens to the layers that meet them. */
export interface LayerRule {
  /** The layer's name, or a pattern that the name matches. */
  readonly name?: string | RegExp;
  /** The layer's class, e.g. `'Dense'`. */
  readonly className?: string;
  /** True if the rule applies to this layer. */
  readonly predicate?: (layer: Layer) => boolean;
  /** The least number of values; smaller matrices are left as they are. */
  readonly minWeights?: number;
  /** Names of the matrices to compress, e.g. `['recurrent_kernel']`. Default: all matrices of the layer. */
  readonly matrices?: readonly string[];
  /**
   * How kernels of Conv2D layers are read as a matrix: `'filters'` as `[h·w·in, out]`, `'spatial'` as `[h·in, w·out]`. Kernels of
   * all other layers can be read in one way only. Default `'filters'`.
   */
  readonly split?: KernelSplit;
  /** The method for these layers; `null` leaves them as they are. Default: the common method. */
  readonly method?: MatrixCompressor | null;
  /** The schedule for these layers. Default: the common schedule. */
  readonly schedule?: CompressionSchedule;
}

/** Which layers are compressed, by which method and schedule. */
export interface LayerChoice {
  /** The method for layers whose rule names no method. */
  readonly method: MatrixCompressor;
  /** The schedule for layers whose rule names no schedule. */
  readonly schedule: CompressionSchedule;
  /** The first rule that matches decides; a layer that no rule matches is left as it is. Default: every layer. */
  readonly rules?: readonly LayerRule[];
  /** Matrices with fewer values are left as they are unless a rule has its own `minWeights`. Default 4096. */
  readonly minWeights?: number;
}

/** Smaller matrices are rarely worth a layer of their own. */
const MIN_WEIGHTS = 4096;

/** How one layer is compressed, and which of its matrices are skipped, with reasons. */
export interface LayerDecision {
  /** Omitted if the whole layer is skipped. */
  readonly compression?: LayerCompression;
  /** The compressor's plans of the matrices that are compressed, by name. */
  readonly plans?: ReadonlyMap<string, FactorizationPlan>;
  readonly skipped: readonly SkippedLayerReport[];
}

/**
 * Decides about one layer that has weights. A layer that cannot be compressed is skipped, not an error.
 *
 * @throws GCompressError `invalid-option` when the layer's own hook names something that is not a matrix.
 */
export function decide(layer: Layer, choice: LayerChoice): LayerDecision {
  const skip = (reason: string): LayerDecision => ({ skipped: [{ name: layer.name, reason }] });
  const all = matricesOf(layer);
  if (!all?.length) return skip(unsupported(layer));
  const rule = choice.rules ? choice.rules.find((candidate) => matches(candidate, layer, all)) : {};
  if (!rule) return skip('no rule matches');
  if (rule.method === null) return skip('left out by a rule');
  const { method: compressor = choice.method, schedule = choice.schedule, split = 'filters' } = rule;
  const fewest = rule.minWeights ?? choice.minWeights ?? MIN_WEIGHTS;
  const plans = new Map<string, FactorizationPlan>();
  const skipped: SkippedLayerReport[] = [];
  for (const matrix of all) {
    const wanted = rule.matrices?.includes(matrix.name) ?? true;
    const plan = wanted ? planOrReason(matrix, { compressor, fewest, split }) : 'left out by a rule';
    if (typeof plan !== 'string') plans.set(matrix.name, plan);
    else skipped.push({ name: all.length > 1 ? `${layer.name}/${matrix.name}` : layer.name, reason: plan });
  }
  if (plans.size === 0) return { skipped };
  return { compression: { compressor, schedule, matrices: [...plans.keys()], split }, plans, skipped };
}

/** The plan of a matrix, or why it is not compressed. */
function planOrReason(
  { viewAs, productObstacle }: LayerMatrix,
  { compressor, fewest, split }: { compressor: MatrixCompressor; fewest: number; split: KernelSplit },
): FactorizationPlan | string {
  const { shape } = viewAs(split);
  const size = elementCount(shape);
  if (size < fewest) return `${size} weights, fewer than minWeights ${fewest}`;
  if (productObstacle && compressor.format.product) return `${compressor.method} gives a product: ${productObstacle}`;
  try {
    return compressor.plan(shape);
  } catch (error) {
    if (isGCompressError(error)) return error.message;
    throw error;
  }
}

function unsupported(layer: Layer): string {
  const className = layer.getClassName();
  return layer.weights.every(({ shape }) => shape.length < 2)
    ? `${className} layers have no matrix`
    : `${className} layers are not supported; a class of your own can name its matrices in compressibleMatrices()`;
}

function matches(rule: LayerRule, layer: Layer, all: readonly LayerMatrix[]): boolean {
  const { name, className, predicate, minWeights } = rule;
  if (typeof name === 'string' && layer.name !== name) return false;
  // Not test(), which with the flags g and y continues where it stopped in the previous name
  if (name instanceof RegExp && layer.name.search(name) < 0) return false;
  if (className !== undefined && layer.getClassName() !== className) return false;
  if (minWeights !== undefined && !all.some(({ weight }) => elementCount(weight.shape as number[]) >= minWeights))
    return false;
  return predicate === undefined || predicate(layer);
}
