// What a walk over a model gathers: which channel stands at which position of which weight.
import type { LayerVariable, layers, Shape } from '@tensorflow/tfjs-layers';
import { type Channels, UnitSets } from './unit-sets.ts';

/** A layer of the layers API. */
export type Layer = layers.Layer;

/** How an axis of a weight depends on units. */
export type SliceRole = 'producer' | 'channel' | 'consumer';

/** One axis of a weight and the channels along it. */
export interface Slice {
  readonly layer: Layer;
  readonly variable: LayerVariable;
  readonly axis: number;
  readonly role: SliceRole;
  readonly channels: Channels;
}

/** One use of a layer in a model. */
export interface Call {
  readonly layer: Layer;
  readonly config: Readonly<Record<string, unknown>>;
  /** Shapes with the batch axis; null for sizes that are not fixed. */
  readonly inputShapes: readonly Shape[];
  readonly outputShapes: readonly Shape[];
  /** Channels of each input. */
  readonly inputs: readonly Channels[];
}

/** A weight and how often one sample multiplies with it. */
export interface Product {
  readonly variable: LayerVariable;
  /** Positions of one sample; axes of unknown size count once. */
  readonly positions: number;
}

/** Gathers what the rules of the layers say. */
export class Walk {
  readonly sets = new UnitSets();
  readonly products: Product[] = [];
  /** Names of the layers, with those of the nested models around them. */
  readonly names = new Map<Layer, string>();
  readonly #slices = new Map<LayerVariable, Map<number, Slice>>();
  readonly #made = new Map<Layer, Channels>();
  readonly #others = new Map<Layer, string>();
  readonly #reshaped = new Map<Layer, Channels>();

  /** All slices, in the order of the walk. */
  get slices(): readonly Slice[] {
    return [...this.#slices.values()].flatMap((axes) => [...axes.values()]);
  }

  /** The layers that make units, with these units. */
  get producers(): ReadonlyMap<Layer, Channels> {
    return this.#made;
  }

  /** Layers with weights that are not followed at all, with the reason. */
  get others(): ReadonlyMap<Layer, string> {
    return this.#others;
  }

  /** Layers whose configuration has the size of the last axis, with the channels of that axis. */
  get reshaped(): ReadonlyMap<Layer, Channels> {
    return this.#reshaped;
  }

  /** Notes the channels that come out of a layer whose configuration has their number. */
  reshapes(layer: Layer, channels: Channels): Channels {
    const known = this.#reshaped.get(layer);
    if (known) this.sets.join(known, channels);
    else this.#reshaped.set(layer, channels);
    return channels;
  }

  /** The channels that a layer makes: new at its first call, the same at later calls. */
  made(layer: Layer, count: number): Channels {
    const known = this.#made.get(layer) ?? this.sets.fresh(count);
    this.#made.set(layer, known);
    return known;
  }

  /** Notes the channels along an axis of a weight, if the layer has it. A layer used in several places joins the channels of all uses. */
  slice(layer: Layer, weight: string, axis: number, role: SliceRole, channels: Channels): void {
    const variable = weightOf(layer, weight);
    if (!variable) return;
    const axes = this.#slices.get(variable) ?? new Map<number, Slice>();
    this.#slices.set(variable, axes);
    const known = axes.get(axis);
    if (known) this.sets.join(known.channels, channels);
    else axes.set(axis, { layer, variable, axis, role, channels });
  }

  /** Counts the products of a weight in one use of its layer. */
  multiplies(layer: Layer, weight: string, positions: number): void {
    const variable = weightOf(layer, weight);
    if (variable) this.products.push({ variable, positions });
  }

  /** Fixes what enters a layer that is not followed, and what leaves it. */
  notFollowed({ layer, inputs, outputShapes }: Call, reason: string): Channels[] {
    for (const channels of inputs) this.sets.fix(channels, reason);
    // The layers inside a nested model have reasons of their own
    if (layer.weights.length > 0 && !('layers' in layer)) this.#others.set(layer, reason);
    return outputShapes.map((shape) => this.sets.fixed(lastOf(shape), reason));
  }
}

/** A weight of a layer by its short name. TensorFlow.js appends a number to names that repeat. */
export function weightOf(layer: Layer, name: string): LayerVariable | undefined {
  const pattern = new RegExp(`(^|/)${name}(_\\d+)?$`);
  return layer.weights.find(({ originalName }) => pattern.test(originalName));
}

/** Size of the last axis; 0 if it is not fixed. */
export function lastOf(shape: Shape): number {
  return shape.at(-1) ?? 0;
}

/** Product of the sizes between the batch axis and the last axis; axes of unknown size count once. */
export function positionsOf(shape: Shape): number {
  return shape.slice(1, -1).reduce<number>((product, size) => product * (size ?? 1), 1);
}
