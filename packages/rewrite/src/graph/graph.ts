// A graph model that is being rewritten: its nodes, their consumers and its constants.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { joinedArtifacts, type ModelContents, readModel } from '@gcompress/packed/weights';
import { type GraphNode, type GraphUse, graphNodes, graphUses } from '@gcompress/weights';
import type { io } from '@tensorflow/tfjs-core';
import { outputNames } from './output-names.ts';
import { RewrittenWeights } from './rewritten-weights.ts';
import { floatType, shapeAttribute, type TopologyNode } from './topology-node.ts';

/** A node that reads another one. */
export interface Consumer {
  readonly node: GraphNode;
  /** The input as it is written: `conv`, `split:1`, or `^conv` for a control dependency. */
  readonly input: string;
}

/** The graph of a model. Changes are made to copies: the given artifacts stay as they are. */
export class Graph {
  /** The model as it was given. */
  readonly given: ModelContents;
  readonly weights: RewrittenWeights;
  readonly #raw: Map<string, TopologyNode>;
  readonly #outputs: ReadonlySet<string>;
  /** Names that other parts of the model use: functions, and the graph that initializes tables. */
  readonly #elsewhere: ReadonlySet<string>;
  #nodes: ReadonlyMap<string, GraphNode> | undefined;
  #uses: readonly GraphUse[] | undefined;
  #consumers: ReadonlyMap<string, readonly Consumer[]> | undefined;

  /** @throws GCompressError `invalid-option` for anything but artifacts; `unsupported` for a model that is not a graph. */
  constructor(where: string, artifacts: io.ModelArtifacts) {
    this.given = readModel(where, artifacts);
    const { model, weights } = this.given;
    const topology = model.modelTopology as { readonly node?: unknown };
    if (!Array.isArray(topology.node)) {
      throw new GCompressError('unsupported', {
        where: `${where} artifacts`,
        expected: 'a graph model, with a list of nodes',
        actual: describeValue(topology.node),
        hint: 'Layers models are built of layers; see stripCompression of @gcompress/tfjs.',
      });
    }
    this.#raw = new Map((topology.node as TopologyNode[]).map((node) => [node.name, node]));
    this.weights = new RewrittenWeights(weights);
    this.#outputs = outputNames(model, graphNodes(topology));
    this.#elsewhere = namesElsewhere(model);
  }

  /** The nodes by name, without their control dependencies. */
  get nodes(): ReadonlyMap<string, GraphNode> {
    this.#nodes ??= new Map(graphNodes({ node: [...this.#raw.values()] }).map((node) => [node.name, node]));
    return this.#nodes;
  }

  /** Every place where a node multiplies with a constant. */
  get uses(): readonly GraphUse[] {
    this.#uses ??= graphUses({ node: [...this.#raw.values()] });
    return this.#uses;
  }

  /** The node behind an input such as `split:1`. */
  node(input: string): GraphNode | undefined {
    return this.nodes.get(nodeName(input));
  }

  /** The node as the topology has it. */
  raw(name: string): TopologyNode {
    return this.#raw.get(name) as TopologyNode;
  }

  /** All nodes that read a node, also for its order alone. */
  consumers(name: string): readonly Consumer[] {
    this.#consumers ??= this.#findConsumers();
    return this.#consumers.get(name) ?? [];
  }

  /** Whether the node is read by nothing but one input of one node of the graph. */
  isReadOnce(name: string): boolean {
    return this.consumers(name).length === 1 && !this.isOutput(name) && !this.#elsewhere.has(name);
  }

  /** Whether the model returns an output of the node. */
  isOutput(name: string): boolean {
    return [...this.#outputs].some((output) => nodeName(output) === name);
  }

  /** Whether another output of the node than the first is read or returned. */
  hasFurtherOutputs(name: string): boolean {
    const read = [...this.consumers(name).map(({ input }) => input), ...this.#outputs];
    return read.some((input) => nodeName(input) === name && Number(input.split(':')[1] ?? 0) > 0);
  }

  /** The constant behind an input, through Identity nodes, and all nodes on the way, the constant last. */
  constantBehind(input: string): readonly GraphNode[] | undefined {
    const path: GraphNode[] = [];
    for (let node = this.node(input); node && !path.includes(node); node = this.node(node.inputs[0] ?? '')) {
      path.push(node);
      if (node.op === 'Const') return path;
      if (node.op !== 'Identity') return undefined;
    }
    return undefined;
  }

  /** Puts nodes in the place of one; a node of the same name keeps its consumers. */
  replace(name: string, nodes: readonly TopologyNode[]): void {
    const entries = [...this.#raw].flatMap(([key, node]) =>
      key === name ? nodes.map((one) => [one.name, one] as const) : [[key, node] as const],
    );
    this.#raw.clear();
    for (const [key, node] of entries) this.#raw.set(key, node);
    this.#changed();
  }

  /** Removes nodes, and the values of those that are constants. */
  remove(names: readonly string[]): void {
    for (const name of names) {
      this.#raw.delete(name);
      this.weights.remove(name);
    }
    this.#changed();
  }

  /** Removes the nodes of a path to a constant, from its reader on, as far as nothing else reads them. */
  removeUnread(path: readonly GraphNode[]): void {
    for (const { name } of path) {
      if (this.consumers(name).length > 0 || this.isOutput(name) || this.#elsewhere.has(name)) return;
      this.remove([name]);
    }
  }

  /** Adds a constant of float32 before a node and after another constant's values; returns its name, which is new. */
  addConstant(
    wanted: string,
    shape: readonly number[],
    values: Float32Array,
    place: { before: string; after: string },
  ) {
    const name = this.newName(wanted);
    const value = { tensor: { dtype: 'DT_FLOAT', tensorShape: shapeAttribute(shape) } };
    const constant = { name, op: 'Const', attr: { dtype: floatType, value } };
    this.replace(place.before, [constant, this.raw(place.before)]);
    this.weights.add({ name, shape, values, after: place.after });
    return name;
  }

  /** A name that no node has. */
  newName(wanted: string): string {
    for (let count = 0; ; count++) {
      const name = count === 0 ? wanted : `${wanted}_${count}`;
      if (!this.#raw.has(name) && !this.weights.get(name)) return name;
    }
  }

  /** The rewritten model. */
  artifacts(): io.ModelArtifacts {
    const { model } = this.given;
    const topology = { ...(model.modelTopology as object), node: [...this.#raw.values()] };
    return joinedArtifacts({ ...model, modelTopology: topology }, this.weights.entries());
  }

  #changed(): void {
    this.#nodes = undefined;
    this.#uses = undefined;
    this.#consumers = undefined;
  }

  #findConsumers(): ReadonlyMap<string, readonly Consumer[]> {
    const found = new Map<string, Consumer[]>();
    for (const [name, { input = [] }] of this.#raw) {
      const node = this.nodes.get(name);
      if (!node) continue;
      for (const one of input) {
        const from = nodeName(one);
        const known = found.get(from);
        if (known) known.push({ node, input: one });
        else found.set(from, [{ node, input: one }]);
      }
    }
    return found;
  }
}

/** The node of an input such as `split:1` or `^init`. */
export function nodeName(input: string): string {
  return input.replace(/^\^/, '').split(':')[0];
}

/** Names of nodes in functions and in the graph that initializes tables. */
function namesElsewhere(model: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const { library } = model.modelTopology as { readonly library?: { readonly function?: unknown } };
  const functions = Array.isArray(library?.function) ? (library.function as { readonly nodeDef?: unknown }[]) : [];
  const initializer = model.modelInitializer as { readonly node?: unknown } | undefined;
  const lists = [...functions.map(({ nodeDef }) => nodeDef), initializer?.node];
  return new Set(lists.flatMap((node) => graphNodes({ node }).map(({ name }) => name)));
}
