// The topology of a saved layers model: its layers by name, and the same topology with some layers replaced.
import { GCompressError } from '@gcompress/core';

/** A layer or a model as a saved topology holds it. */
export interface SavedLayer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** The deepest nesting of models that is read. */
const DEEPEST = 32;

/** The layers of a model and of its nested models that are no models themselves, without the layers inside other layers. */
export function savedLayers(topology: unknown): SavedLayer[] {
  const found: SavedLayer[] = [];
  replaceSavedLayers(topology, (layer) => {
    found.push(layer);
    return layer;
  });
  return found;
}

/**
 * The topology with other layers. The given one is not changed.
 *
 * @param replace the new layer of each layer that is no model; may return the given one.
 * @throws GCompressError `file-header` for models nested too deep.
 */
export function replaceSavedLayers(topology: unknown, replace: (layer: SavedLayer) => SavedLayer): unknown {
  if (!isObject(topology)) return topology;
  // Keras' own files hold the model under this key
  if (isObject(topology.model_config)) return { ...topology, model_config: rebuilt(topology.model_config, replace, 0) };
  return rebuilt(topology, replace, 0);
}

function rebuilt(node: unknown, replace: (layer: SavedLayer) => SavedLayer, depth: number): unknown {
  if (depth > DEEPEST) {
    throw new GCompressError('file-header', {
      where: 'topology of a layers model',
      expected: `models nested at most ${DEEPEST} deep`,
      actual: 'deeper ones',
      hint: 'The model was written by another program, damaged, or is hostile.',
    });
  }
  if (!isObject(node)) return node;
  const { class_name: className, config } = node;
  const again = (layer: unknown) => rebuilt(layer, replace, depth + 1);
  // Old files have the list of layers itself as the configuration of a Sequential model
  if (Array.isArray(config)) return { ...node, config: config.map(again) };
  if (!isObject(config)) return node;
  if (Array.isArray(config.layers)) return { ...node, config: { ...config, layers: config.layers.map(again) } };
  return typeof className === 'string' ? replace(node as object as SavedLayer) : node;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
