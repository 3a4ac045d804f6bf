// Describes a model in a few words: its kind and its layers or ops.
import type { io } from '@tensorflow/tfjs-core';
import { isGraph } from '../models/model-kind.ts';

/** Kind of a model and how often it has each layer class or op. */
export interface ModelDescription {
  readonly kind: 'graph' | 'layers';
  /** Layers or nodes by class or op. */
  readonly parts: Readonly<Record<string, number>>;
  /** A few words for people. */
  readonly text: string;
}

/** Counts the layers or ops of a model, inner models included. */
export function describeModel(artifacts: io.ModelArtifacts): ModelDescription {
  const kind = isGraph(artifacts) ? 'graph' : 'layers';
  const names = kind === 'graph' ? opsOf(artifacts.modelTopology) : layersOf(artifacts.modelTopology);
  const parts: Record<string, number> = {};
  for (const name of names) parts[name] = (parts[name] ?? 0) + 1;
  const most = Object.entries(parts).sort(([, a], [, b]) => b - a);
  const listed = most.slice(0, 6).map(([name, count]) => `${count} ${name}`);
  const [one, many] = kind === 'graph' ? ['op', 'ops'] : ['layer', 'layers'];
  const rest = most.length > 6 ? ', …' : '';
  const text = `${kind} model of ${names.length} ${names.length === 1 ? one : many} (${listed.join(', ')}${rest})`;
  return { kind, parts, text };
}

/** Ops that compute, without constants and inputs. */
function opsOf(topology: unknown): string[] {
  const { node, library } = topology as { node?: unknown; library?: { function?: { nodeDef?: unknown }[] } };
  const nodes = [node, ...(library?.function ?? []).map(({ nodeDef }) => nodeDef)].filter(Array.isArray).flat();
  return nodes.map(({ op }) => String(op)).filter((op) => !['Const', 'Placeholder', 'Identity', 'NoOp'].includes(op));
}

function layersOf(topology: unknown): string[] {
  const { model_config: config = topology } = (topology ?? {}) as { model_config?: unknown };
  return innerLayers(config);
}

function innerLayers(model: unknown): string[] {
  const { config } = (model ?? {}) as { config?: unknown };
  // In old files, the configuration of a Sequential is its list of layers
  const layers = Array.isArray(config) ? config : ((config ?? {}) as { layers?: unknown }).layers;
  if (!Array.isArray(layers)) return [];
  return layers.flatMap((layer: { class_name?: unknown }) => {
    const inner = innerLayers(layer);
    if (inner.length > 0) return inner;
    return layer?.class_name === 'InputLayer' ? [] : [String(layer?.class_name)];
  });
}
