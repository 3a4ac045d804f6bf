// The Sequential and functional models in the topology of a layers model, also those inside others.

/** A layer in a topology. */
export interface LayerEntry {
  readonly class_name: string;
  readonly config: Record<string, unknown>;
  readonly name?: string;
  inbound_nodes?: unknown;
}

/** Where a layer reads its inputs: the name of a layer, which of its calls, which output, and arguments of the call. */
export type Reference = [name: string, call: number, output: number, ...others: unknown[]];

/** The layers of one model. Changes of the lists change the topology. */
export interface Container {
  readonly layers: LayerEntry[];
  /** The outputs of a functional model; undefined for a Sequential one. */
  readonly outputs: Reference[] | undefined;
}

/** The name of a layer. */
export function layerName({ name, config }: LayerEntry): string {
  return String(config.name ?? name);
}

/** All models in a topology, the outermost first. */
export function containersOf(topology: object): Container[] {
  const found: Container[] = [];
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    const { class_name: className, config } = value as Partial<LayerEntry>;
    const layers = Array.isArray(config) ? config : config?.layers;
    if (typeof className === 'string' && Array.isArray(layers) && layers.every(isLayer)) {
      const outputs = Array.isArray(config) ? undefined : config?.output_layers;
      found.push({ layers, outputs: Array.isArray(outputs) ? listOfReferences(outputs) : undefined });
    }
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(topology);
  return found;
}

/** All places of a model that read a layer, each of which can be changed; undefined if connections have an unknown form. */
export function references({ layers, outputs }: Container): Reference[] | undefined {
  const calls = layers.flatMap(({ inbound_nodes: nodes }) => (nodes === undefined ? [] : (nodes as unknown[])));
  if (!calls.every((call) => Array.isArray(call) && call.every(isReference))) return undefined;
  const output = outputs ?? [];
  return output.every(isReference) ? [...(calls.flat() as Reference[]), ...output] : undefined;
}

/** The references of a call of a layer. */
export function callsOf({ inbound_nodes: nodes }: LayerEntry): readonly (readonly Reference[])[] {
  return Array.isArray(nodes) ? (nodes as Reference[][]) : [];
}

/** A model with one output may have it without a list around it. */
function listOfReferences(outputs: unknown[]): Reference[] {
  return (isReference(outputs) ? [outputs] : outputs) as Reference[];
}

function isReference(value: unknown): value is Reference {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'number';
}

function isLayer(value: unknown): value is LayerEntry {
  const { class_name: className, config } = (value ?? {}) as Partial<LayerEntry>;
  return typeof className === 'string' && typeof config === 'object' && config !== null;
}
