// Finds the groups of units that can be removed from a model, and says why the others cannot.
import { assertUsableModel } from '@gcompress/tfjs/layers';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import type { Channels } from './unit-sets.ts';
import type { Layer, Product, Slice, SliceRole, Walk } from './walk.ts';
import { walkModel } from './walk-model.ts';

/** One axis of a weight that becomes shorter when units are removed. */
export interface UnitSlice {
  /** Name of the layer, behind the names of nested models around it: `model/layer`. */
  readonly layer: string;
  /** Name of the weight, as saved models have it. */
  readonly weight: string;
  readonly axis: number;
  /**
   * `'producer'`: kernel columns and biases that compute the units. `'channel'`: values that each unit passes, such as those of BatchNorm and
   * depthwise kernels. `'consumer'`: kernel rows that read the units.
   */
  readonly role: SliceRole;
  /** The number of the unit at each position of the axis; −1 where the position belongs to no unit of the group. */
  readonly units: Int32Array;
}

/** Units of one layer, or of several layers whose units are coupled, such as by a residual addition. Each unit can be removed alone. */
export interface UnitGroup {
  /** Names of the {@link layers}, joined by `+`. */
  readonly name: string;
  /** The layers that compute the units. */
  readonly layers: readonly string[];
  /** Number of units. A unit may be several channels of a layer that couples them, such as what a depthwise convolution doubled. */
  readonly units: number;
  /** What is removed with them. */
  readonly slices: readonly UnitSlice[];
}

/** A layer that keeps units, and why. */
export interface LayerLeftAlone {
  readonly layer: string;
  readonly reason: string;
}

/** What can be removed from a model. Plain data. */
export interface UnitGroups {
  readonly groups: readonly UnitGroup[];
  /** Layers of which some or all units have to stay. */
  readonly leftAlone: readonly LayerLeftAlone[];
}

/** A slice with its variable. */
export interface OwnSlice extends UnitSlice {
  readonly variable: LayerVariable;
  readonly owner: Layer;
}

/** A group with its variables. */
export interface OwnGroup extends UnitGroup {
  readonly slices: readonly OwnSlice[];
}

/** For each group on an axis, the number of the unit at each position; −1 where the position belongs to no unit of the group. */
export type UnitsByGroup = ReadonlyMap<number, Int32Array>;

/** The channels that come out of a layer. Several of them may belong to one unit. */
export interface LayerChannels {
  readonly owner: Layer;
  readonly size: number;
  readonly units: UnitsByGroup;
}

/** What the removal needs to know about a model. */
export interface Analysis extends UnitGroups {
  readonly groups: readonly OwnGroup[];
  /** Products of weights in one pass of a sample. */
  readonly products: readonly Product[];
  /** All layers that compute units and are followed, with their channels. */
  readonly producers: readonly (LayerChannels & { readonly layer: string })[];
  /** Layers whose configuration has the size of their last axis. */
  readonly reshaped: readonly LayerChannels[];
}

/**
 * Finds the units of a Sequential or functional model that can be removed: neurons of Dense layers, filters of convolutions, units of recurrent
 * layers, columns of embeddings. It follows them through BatchNorm, activations, dropout, pooling, flatten, concatenation and elementwise
 * additions to the layers that read them. Layers that are used in several places are followed too. Reads no weight.
 *
 * @throws GCompressError `invalid-option` for anything but a layers model; `not-ready` for a model that is not built; `disposed`.
 */
export function unitGroups(model: LayersModel): UnitGroups {
  assertUsableModel(model, 'unitGroups');
  const { groups, leftAlone } = analysisOf(model);
  const plain = ({ layer, weight, axis, role, units }: OwnSlice): UnitSlice => ({ layer, weight, axis, role, units });
  return { groups: groups.map((group) => ({ ...group, slices: group.slices.map(plain) })), leftAlone };
}

/** {@link unitGroups} with the layers and variables. */
export function analysisOf(model: LayersModel): Analysis {
  const walk = walkModel(model);
  const nameOf = (layer: Layer) => walk.names.get(layer) ?? layer.name;
  const places = placesOf(walk);
  const slicesOf = slicesByGroup(walk, places);
  const groups = [...places.groups.values()].map(({ makers, units }, at): OwnGroup => {
    const layers = makers.map(nameOf);
    const slices = slicesOf[at].map(({ layer, variable, axis, role, units }): OwnSlice => {
      return { layer: nameOf(layer), weight: variable.originalName, axis, role, units, variable, owner: layer };
    });
    return { name: layers.join('+'), layers, units, slices };
  });
  const channelsOf = ([owner, channels]: [Layer, Channels]): LayerChannels => {
    return { owner, size: channels.length, units: unitsAlong(channels, walk, places) };
  };
  const producers = [...walk.producers].map((entry) => ({ ...channelsOf(entry), layer: nameOf(entry[0]) }));
  const reshaped = [...walk.reshaped].map(channelsOf);
  return { groups, leftAlone: leftAloneOf(walk, nameOf), products: walk.products, producers, reshaped };
}

/** Where each unit that can be removed belongs. */
interface Places {
  /** By the layers that make the units, as a text. */
  readonly groups: Map<string, { readonly at: number; readonly makers: readonly Layer[]; units: number }>;
  /** Group and number of a unit. */
  readonly placeOf: ReadonlyMap<number, { readonly group: number; readonly unit: number }>;
}

/** Units that the same layers make are one group. */
function placesOf({ producers, sets }: Walk): Places {
  const layers = [...producers.keys()];
  const makers = new Map<number, Set<number>>();
  for (const [at, layer] of layers.entries()) {
    for (const channel of producers.get(layer) ?? []) {
      const unit = sets.unit(channel);
      if (sets.reason(unit) !== undefined) continue;
      const of = makers.get(unit) ?? new Set();
      makers.set(unit, of.add(at));
    }
  }
  const groups: Places['groups'] = new Map();
  const placeOf = new Map<number, { group: number; unit: number }>();
  for (const [unit, of] of makers) {
    const key = [...of].join(',');
    const group = groups.get(key) ?? { at: groups.size, makers: [...of].map((at) => layers[at]), units: 0 };
    groups.set(key, group);
    placeOf.set(unit, { group: group.at, unit: group.units++ });
  }
  return { groups, placeOf };
}

/** The slices of each group, with units in the place of channels. */
function slicesByGroup(walk: Walk, places: Places) {
  const found = Array.from(places.groups, (): (Omit<Slice, 'channels'> & { units: Int32Array })[] => []);
  for (const { channels, ...slice } of walk.slices) {
    for (const [group, units] of unitsAlong(channels, walk, places)) found[group].push({ ...slice, units });
  }
  return found;
}

function unitsAlong(channels: Channels, { sets }: Walk, { placeOf }: Places): UnitsByGroup {
  const own = new Map<number, Int32Array>();
  for (const [position, channel] of channels.entries()) {
    const place = placeOf.get(sets.unit(channel));
    if (!place) continue;
    const units = own.get(place.group) ?? new Int32Array(channels.length).fill(-1);
    units[position] = place.unit;
    own.set(place.group, units);
  }
  return own;
}

function leftAloneOf({ producers, sets, others }: Walk, nameOf: (layer: Layer) => string): LayerLeftAlone[] {
  const found: LayerLeftAlone[] = [];
  for (const [layer, channels] of producers) {
    const reasons = [...channels].flatMap((channel) => sets.reason(channel) ?? []);
    if (reasons.length === 0) continue;
    const part = reasons.length < channels.length ? `${reasons.length} of its ${channels.length} units: ` : '';
    found.push({ layer: nameOf(layer), reason: `${part}${reasons[0]}` });
  }
  for (const [layer, reason] of others) found.push({ layer: nameOf(layer), reason });
  return found;
}
