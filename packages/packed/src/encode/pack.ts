// A whole model into one file.
import { GCompressError, type InputMoments, type MatrixCompressor, reportProgress } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertOneOf, assertType, describeValue } from '@gcompress/core/checks';
import { uniform } from '@gcompress/uniform';
import { type MatrixWeight, matrixWeights, type WeightKind } from '@gcompress/weights';
import type { io } from '@tensorflow/tfjs-core';
import type { Probe } from '../container/probe.ts';
import { writtenProbes } from './check-probes.ts';
import { type ModelWeight, modelWeights } from './model-weights.ts';
import { type PackedResult, packWeight } from './pack-weight.ts';
import type { PackReport } from './report.ts';
import { REST_DTYPES, type RestDtype } from './rest-values.ts';
import { writeFile } from './write-file.ts';

/** A weight that can be compressed, for those who choose a method for each. */
export interface PackableWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** How the model uses it. */
  readonly kind: WeightKind;
  /** Class of the layer, or op of the node, that uses it. */
  readonly usedBy: string;
}

/** Options of {@link pack}. */
export interface PackOptions {
  /**
   * What compresses the weights that a model multiplies with: one compressor for all, or a function that chooses one for each; it may
   * also name the type in which a weight is stored, such as `'float32'`, or give `undefined` for the type of the rest. Default `uniform({ bits: 5, steps: 'column' })` of
   * `@gcompress/uniform`, which every loader decodes; other methods need their decoder on the page.
   */
  readonly method?: MatrixCompressor | ((weight: PackableWeight) => MatrixCompressor | RestDtype | undefined);
  /** Values that a weight must have to be compressed. Default 256. */
  readonly minElements?: number;
  /**
   * How the float32 weights are stored that are not compressed. Default `'float16'`, which keeps each value to 2⁻¹¹ of its size, see
   * {@link RestDtype}. Where a weight has few values, or the type would lose more, a larger type is taken; the report says which, why, and
   * how far the values are off.
   */
  readonly rest?: RestDtype;
  /**
   * Second moments of the inputs of weights, by name, as `calibrate` of `@gcompress/calibration` gives them: methods that use them keep the
   * error of the outputs small. Ignored where the method does not use them. Default none.
   */
  readonly inputMoments?: ReadonlyMap<string, InputMoments>;
  /** Inputs and the model's outputs for them, by which `verify` notices a broken backend. Default none. */
  readonly probes?: readonly Probe[];
  /** Ends the work; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Called with the part of the weights' bytes that is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** A packed file, and what became of each weight. */
export interface PackResult {
  readonly bytes: Uint8Array;
  readonly report: PackReport;
}

/**
 * Packs a layers model or a graph model into one file. Weights that the model multiplies with are compressed: in a graph those of
 * products, convolutions and tables, in layers the kernels and embeddings. All else is kept: topology, signature and metadata as they
 * are, integers and strings bit by bit, other floats in the type that `rest` says.
 *
 * @param artifacts what the `load()` of an IOHandler gives; they stay as they are.
 * @throws GCompressError `invalid-option`, `unknown-option`, `unsupported` for a topology that is no JSON; the signal's reason when
 *   aborted.
 */
export async function pack(artifacts: io.ModelArtifacts, options: PackOptions = {}): Promise<PackResult> {
  const { method, minElements, rest, inputMoments, probes, signal, onProgress } = checkedOptions(options);
  assertType('pack', 'artifacts', artifacts, 'object', 'Pass what the load() of an IOHandler gives.');
  const weights = modelWeights(artifacts);
  const model = modelOf(artifacts);
  const kernels = matrixWeights({ ...artifacts, modelTopology: model.modelTopology as object });
  assertMomentsOf(inputMoments, kernels, weights);
  const originalBytes = weights.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const packed: PackedResult[] = [];
  let done = 0;
  for (const weight of weights) {
    reportProgress({ signal, onProgress }, originalBytes === 0 ? 1 : done / originalBytes);
    const kernel = kernels.get(weight.name);
    const choice = kernel && values(weight) >= minElements ? chosen(method, weight, kernel) : undefined;
    const stored = typeof choice === 'string' ? { compressor: undefined, rest: choice } : { compressor: choice, rest };
    packed.push(await packWeight(weight, { kernel, ...stored, signal, moments: inputMoments.get(weight.name) }));
    done += weight.bytes.length;
  }
  const { bytes, headerBytes } = await writeFile({ model, weights: packed, probes: writtenProbes(probes) });
  reportProgress({ signal, onProgress }, 1);
  return {
    bytes,
    report: { bytes: bytes.length, headerBytes, originalBytes, weights: packed.map(({ report }) => report) },
  };
}

/** Moments of a model with other weights would be ignored in silence. */
function assertMomentsOf(
  moments: ReadonlyMap<string, InputMoments>,
  kernels: ReadonlyMap<string, MatrixWeight>,
  weights: readonly ModelWeight[],
): void {
  const inputsOf = (name: string, swapped: boolean) => {
    const shape = weights.find((weight) => weight.name === name)?.shape ?? [];
    const outputs = shape.length - (swapped ? 2 : 1);
    return shape.reduce((product, side, axis) => (axis === outputs ? product : product * side), 1);
  };
  const wrong = [...moments].find(([name, { size }]) => {
    const kernel = kernels.get(name);
    return !kernel || size !== inputsOf(name, kernel.swapped);
  });
  if (!wrong) return;
  const [stranger, { size }] = wrong;
  throw new GCompressError('invalid-option', {
    where: 'pack inputMoments',
    expected: 'moments of weights of this model',
    actual: `moments of '${stranger}' with ${size} inputs`,
    hint: 'Calibrate the very model that is packed.',
  });
}

/** Everything of the artifacts but the weights, as JSON keeps it. */
function modelOf(artifacts: io.ModelArtifacts): Readonly<Record<string, unknown>> {
  const { weightSpecs: _, weightData: __, getWeightStream: ___, ...model } = artifacts;
  if (typeof model.modelTopology !== 'object' || model.modelTopology === null || isBinary(model.modelTopology)) {
    throw new GCompressError('unsupported', {
      where: 'pack artifacts',
      expected: 'a modelTopology in JSON',
      actual: describeValue(model.modelTopology),
    });
  }
  try {
    return JSON.parse(JSON.stringify(model));
  } catch (cause) {
    throw new GCompressError('unsupported', {
      where: 'pack artifacts',
      expected: 'a topology and metadata that JSON can hold',
      actual: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

function isBinary(value: unknown): boolean {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

function values({ shape }: ModelWeight): number {
  return shape.reduce((product, side) => product * side, 1);
}

function chosen(
  method: NonNullable<PackOptions['method']>,
  { name, shape }: ModelWeight,
  { kind, usedBy }: MatrixWeight,
): MatrixCompressor | RestDtype | undefined {
  if (typeof method !== 'function') return method;
  const choice = method({ name, shape: [...shape], kind, usedBy });
  const isDtype = REST_DTYPES.some((dtype) => dtype === choice);
  if (choice !== undefined && !isDtype) assertCompressor(`method for '${name}'`, choice);
  return choice;
}

function checkedOptions(options: PackOptions) {
  const known = ['method', 'minElements', 'rest', 'inputMoments', 'probes', 'signal', 'onProgress'];
  assertKnownOptions('pack', options, known);
  const {
    method = uniform({ bits: 5, steps: 'column' }),
    minElements = 256,
    rest = 'float16',
    inputMoments = new Map(),
    probes = [],
    signal,
    onProgress,
  } = options;
  if (typeof method !== 'function') assertCompressor('method', method);
  assertNumber('pack', 'minElements', minElements, { min: 0 });
  assertOneOf('pack', 'rest', rest, REST_DTYPES);
  if (!(inputMoments instanceof Map)) {
    throw new GCompressError('invalid-option', {
      where: 'pack inputMoments',
      expected: 'a map from names of weights to moments',
      actual: describeValue(inputMoments),
      hint: 'Pass the `moments` of what calibrate gave.',
    });
  }
  if (signal !== undefined) {
    assertType('pack', 'signal', signal, 'object', 'Pass the signal of an AbortController.');
    assertType('pack signal', 'throwIfAborted', signal.throwIfAborted, 'function');
  }
  if (onProgress !== undefined) assertType('pack', 'onProgress', onProgress, 'function');
  return { method, minElements, rest, inputMoments, probes, signal, onProgress };
}

function assertCompressor(name: string, compressor: unknown): void {
  const { compress, plan, format } = (compressor ?? {}) as Partial<MatrixCompressor>;
  if (typeof compress === 'function' && typeof plan === 'function' && typeof format === 'object') return;
  throw new GCompressError('invalid-option', {
    where: `pack ${name}`,
    expected: 'a compressor, such as kMeans({ levels: 16 })',
    actual: describeValue(compressor),
  });
}
