// Decomposes the weights of a graph model and splits their nodes, in the form that loses least.

import type { ProgressOptions } from '@gcompress/core';
import {
  type InputMoments,
  type Kernels,
  type Matrix,
  type MatrixCompressor,
  matrix,
  partialProgress,
  reportProgress,
} from '@gcompress/core';
import { multiply } from '@gcompress/linalg';
import { assertMomentsOf, compressWeight, packableWeight, takingTurns } from '@gcompress/packed/weights';
import { kernelsName, loadKernels } from '@gcompress/wasm-kernels/load';
import type { io } from '@tensorflow/tfjs-core';
import { Graph } from '../graph/graph.ts';
import { matrixOfKernel } from './convolution-forms.ts';
import { completeOptions, formsOf, type LowRankGraphOptions, methodOf, WHERE } from './options.ts';
import { formRefusal, type KeptWeight, type Place, splitPlaces } from './places.ts';
import type { SplitWeight } from './report.ts';
import type { SplitGraph } from './split-graph.ts';
import { factorsOf, matrixOf, relativeDistance, restored, splitWeight, type TwoFactors } from './split-weight.ts';

/** A decomposition in one form, with its errors. */
interface Candidate {
  readonly form: SplitWeight['form'];
  readonly factors: TwoFactors;
  readonly error: Pick<SplitWeight, 'relativeError' | 'outputError'>;
}

/** The result of {@link lowRankGraph}. */
export interface LowRankGraph extends SplitGraph {
  /** The kernels that the method could use: `'wasm'`, `'portable'`, or the name of those that were passed, `'given'` if they have none. */
  readonly kernels: string;
}

/**
 * Decomposes the weights of a graph model and puts two nodes in the place of each of their nodes, as {@link splitGraph} does. Convolutions may
 * be split in any of three forms. The rewritten model is an ordinary graph model, smaller and with fewer multiplications.
 *
 * @param artifacts a graph model, as the `load()` of an IOHandler returns it; not changed.
 * @throws GCompressError `invalid-option` and `unknown-option`, `unsupported` for a layers model, `non-finite` for NaN in a weight; the signal's
 *   reason when aborted.
 */
export async function lowRankGraph(artifacts: io.ModelArtifacts, options: LowRankGraphOptions): Promise<LowRankGraph> {
  const checked = completeOptions(options);
  const { form, minElements, inputMoments, signal, onProgress } = checked;
  const graph = new Graph(WHERE, artifacts);
  assertMomentsOf(WHERE, inputMoments, graph.given);
  const turn = takingTurns(signal);
  const kernels = await loadKernels(checked.kernels);
  const { places, kept: reasons } = splitPlaces(graph, artifacts.modelTopology as object);
  const kept: KeptWeight[] = [...reasons].map(([name, reason]) => ({ name, reason }));
  const split: SplitWeight[] = [];
  const all = [...places.values()].reduce((sum, { values }) => sum + values.length, 0);
  let done = 0;
  for (const [name, place] of places) {
    const progress = partialProgress({ signal, onProgress }, done / all, (done + place.values.length) / all);
    done += place.values.length;
    reportProgress(progress, 0);
    await turn();
    const { weight, use } = place;
    const packable = packableWeight(weight, { kind: use.kind, usedBy: use.node.op, swapped: use.swapped }, minElements);
    const compressor = packable && methodOf(checked, packable);
    if (!packable) kept.push({ name, reason: `it has fewer than ${minElements} values` });
    else if (!compressor) kept.push({ name, reason: 'the method leaves it' });
    else {
      const forms = place.kernel ? formsOf(form, packable) : (['product'] as const);
      const moments = inputMoments.get(name);
      const best = await bestOf(place, forms, compressor, { moments, kernels, progress });
      if (typeof best === 'string') kept.push({ name, reason: best });
      else split.push(splitWeight(graph, place, best.form, best.factors, best.error));
    }
  }
  reportProgress({ signal, onProgress }, 1);
  return { artifacts: graph.artifacts(), split, kept, kernels: kernelsName(kernels) };
}

interface Aids {
  readonly moments: InputMoments | undefined;
  readonly kernels: Kernels | undefined;
  readonly progress: ProgressOptions;
}

/** The decomposition with the smallest error, or the reason why the weight stays whole. */
async function bestOf(
  place: Place,
  forms: readonly SplitWeight['form'][],
  compressor: MatrixCompressor,
  { moments, kernels, progress }: Aids,
): Promise<Candidate | string> {
  const original = matrixOf(place);
  let best: Candidate | undefined;
  let reason = '';
  for (const [at, form] of forms.entries()) {
    const refusal = form === 'product' ? undefined : formRefusal(form, place.use);
    if (refusal !== undefined) {
      reason = refusal;
      continue;
    }
    const isOwn = form === 'product' || form === 'output-channels' || !place.kernel;
    const read = isOwn ? original : matrixOfKernel(form, { values: place.values, shape: place.kernel });
    const part = partialProgress(progress, at / forms.length, (at + 1) / forms.length);
    // Moments are those of the inputs of the whole kernel
    const aids = { ...part, kernels, moments: isOwn ? moments : undefined };
    const { matrix: compressed, note } = await compressWeight(WHERE, weightOf(place, read), compressor, aids);
    const factors = compressed && factorsOf(compressed);
    if (!compressed || !factors) {
      reason = note ?? 'the method gave no factors';
      continue;
    }
    const error = errorsOf(original, restored(compressed.decompress(), place, form), moments, kernels);
    const counted = ({ relativeError, outputError }: Candidate['error']) => outputError ?? relativeError;
    if (!best || counted(error) < counted(best.error)) best = { form, factors, error };
  }
  return best ?? reason;
}

function weightOf({ weight, use }: Place, read: Matrix) {
  return { name: weight.name, matrix: read, swapped: use.swapped };
}

function errorsOf(
  original: Matrix,
  compressed: Matrix,
  moments: InputMoments | undefined,
  kernels: Kernels | undefined,
): Candidate['error'] {
  const relativeError = relativeDistance(original, compressed);
  if (!moments) return { relativeError };
  const energy = (weights: Matrix) => {
    const passed = multiply({ shape: [moments.size, moments.size], data: moments.values }, weights, kernels).data;
    return passed.reduce((sum, value, at) => sum + value * weights.data[at], 0);
  };
  const whole = energy(original);
  const difference = Float32Array.from(original.data, (value, at) => value - compressed.data[at]);
  const lost = Math.max(0, energy(matrix(original.shape, difference)));
  return whole > 0 ? { relativeError, outputError: Math.sqrt(lost / whole) } : { relativeError };
}
