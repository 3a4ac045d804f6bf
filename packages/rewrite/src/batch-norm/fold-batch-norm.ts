// Folds BatchNorm into the layer or node before it.
import { joinedArtifacts, readModel } from '@gcompress/packed/weights';
import type { io } from '@tensorflow/tfjs-core';
import { Graph } from '../graph/graph.ts';
import { RewrittenWeights } from '../graph/rewritten-weights.ts';
import { foldGraph } from './graph-folds.ts';
import { foldLayers } from './layer-folds.ts';
import type { Folds } from './report.ts';

/** A model without the BatchNorms that could be folded. */
export interface FoldedModel extends Folds {
  /** The rewritten model, which TensorFlow.js loads by itself. */
  readonly artifacts: io.ModelArtifacts;
}

/**
 * Folds each BatchNorm into the convolution or Dense before it: `γ·(x·W + b − μ)/√(σ² + ε) + β` is `x·W′ + b′` with a scaled kernel and
 * another bias. The model predicts the same, but for rounding. It has fewer layers and fewer bytes, and its statistics are fixed.
 *
 * A BatchNorm stays where this would not be exact: where outputs before it are read elsewhere, an activation is between, a layer is shared, it
 * comes before its convolution, it is called as in training, or the model is saved with its optimizer. `kept` names the reason.
 *
 * Source: Jacob et al., arXiv 1712.05877, section 3.2.
 *
 * @param artifacts a layers or graph model, as the `load()` of an IOHandler returns it; not changed. Quantized kernels become float32.
 * @throws GCompressError `invalid-option` for anything but artifacts, `unsupported` for a topology that is not JSON.
 */
export function foldBatchNorm(artifacts: io.ModelArtifacts): FoldedModel {
  const where = 'foldBatchNorm';
  const contents = readModel(where, artifacts);
  if (Array.isArray((contents.model.modelTopology as { readonly node?: unknown }).node)) {
    const graph = new Graph(where, artifacts);
    const folds = foldGraph(graph);
    return { artifacts: graph.artifacts(), ...folds };
  }
  const weights = new RewrittenWeights(contents.weights);
  const folds = foldLayers(contents, weights);
  return { artifacts: joinedArtifacts(contents.model, weights.entries()), ...folds };
}
