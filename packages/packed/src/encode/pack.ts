// Packs a whole model into one file.
import {
  type CompressedMatrix,
  GCompressError,
  type InputMoments,
  type MatrixCompressor,
  reportProgress,
} from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertOneOf, assertType, describeValue } from '@gcompress/core/checks';
import { uniform } from '@gcompress/uniform';
import { assertKernelsOption, type KernelsOption, kernelsName, loadKernels } from '@gcompress/wasm-kernels/load';
import type { io } from '@tensorflow/tfjs-core';
import type { Probe } from '../container/probe.ts';
import { takingTurns } from '../load/pause.ts';
import { codedValues } from '../values/coded-values.ts';
import { REST_DTYPES, type RestDtype } from '../values/rest-values.ts';
import { assertGainsOf } from './check-gains.ts';
import { writtenProbes } from './check-probes.ts';
import {
  assertMomentsOf,
  assertWeightMethod,
  chooseMethod,
  MIN_ELEMENTS,
  packableWeight,
  type WeightMethod,
} from './choose-method.ts';
import { assertMatrixOf, type Compression, compressWeight, weightMatrix } from './compress-weight.ts';
import { equalWeights, isSameCompressor, summedGains, summedMoments } from './equal-weights.ts';
import { leanTopology } from './lean-topology.ts';
import { floatValues, type ModelWeight } from './model-weights.ts';
import { type PackedResult, packWeight } from './pack-weight.ts';
import { type ModelContents, readModel } from './read-model.ts';
import type { PackReport } from './report.ts';
import { withSharedCopies } from './share-copies.ts';
import { writeFile } from './write-file.ts';

/** Options of {@link pack}. */
export interface PackOptions {
  /**
   * One compressor for all weights that the model multiplies with, or a function that chooses one for each. Default
   * `uniform({ bits: 5, steps: 'column' })` of `@gcompress/uniform`, which every loader decodes; other methods need their decoder on the
   * page. With `matrices`, weights without a matrix stay uncompressed by default.
   */
  readonly method?: WeightMethod;
  /**
   * Weights that are already compressed, by name, such as the `matrices` of `compressNow`. They are stored unchanged. Each weight in the
   * artifacts must have the values of its matrix. Default none.
   */
  readonly matrices?: ReadonlyMap<string, CompressedMatrix>;
  /** The fewest values of a weight that is compressed. Default 256. */
  readonly minElements?: number;
  /**
   * The type of float32 weights that are not compressed. Default `'float16'`, with errors of at most 2⁻¹¹ of each value, see
   * {@link RestDtype}. Weights with few values, or with a larger error in this type, get a larger type; the report gives the type, the reason
   * and the errors. `'coded'`: 63 even levels around 0, entropy coded, where that is smaller than float16; each value is off by at most 1/62
   * of the largest magnitude: for biases of small networks, which networks that train to a size get used to. With `matrices` the default is `'float32'`, because `compressNow` has rounded these weights already.
   */
  readonly rest?: RestDtype | 'coded';
  /**
   * Second moments of the inputs of weights, by name: `moments` of `calibrate` of `@gcompress/calibration`. Methods that use moments minimize
   * the output error; other methods ignore them. Moments of few inputs are shrunk, see `shrunkMoments` of `@gcompress/linalg`. Default none.
   */
  readonly inputMoments?: ReadonlyMap<string, InputMoments>;
  /**
   * How much an error in each output channel changes the outputs of the model, by the name of the weight: the result of `channelGains` of
   * `@gcompress/calibration`. Methods get the gain of a channel as the `importance` of its entries. With
   * `uniform({ step, steps: 'importance' })`, channels with larger gains get more bytes across the whole model. Default none.
   */
  readonly channelGains?: ReadonlyMap<string, Float64Array>;
  /** Inputs and the model's outputs for them, with which `verify` detects a broken backend. Default none. */
  readonly probes?: readonly Probe[];
  /**
   * The hot loops of methods that use kernels; `'portable'` for plain JavaScript. Default: WebAssembly where it loads, otherwise plain JavaScript.
   * The results of the two may differ in the last digits; the report names the kernels.
   */
  readonly kernels?: KernelsOption;
  /** Stops the work; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Called with the fraction of the weights' bytes that is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** A packed file, and the report about its weights. */
export interface PackResult {
  readonly bytes: Uint8Array;
  readonly report: PackReport;
}

/**
 * Packs a layers model or a graph model into one file. It compresses the weights that the model multiplies with: in a graph the constants of
 * products, convolutions and tables, in layers the kernels and embeddings. Topology, signature and metadata are kept, but for
 * values that TensorFlow.js assumes for stock layers where a topology has none; integers and strings are kept bit by bit. Other float weights are stored in the type `rest`. Equal values are stored once: weights with the same bytes are compressed
 * once, for the sum of their moments and gains.
 *
 * @param artifacts the artifacts that the `load()` of an IOHandler returns; they are not changed.
 * @throws GCompressError `invalid-option`, `unknown-option`, `unsupported` for a topology that is not JSON; the reason of an aborted signal.
 */
export async function pack(artifacts: io.ModelArtifacts, options: PackOptions = {}): Promise<PackResult> {
  const { method, matrices, minElements, rest, inputMoments, channelGains, probes, signal, onProgress, ...checked } =
    checkedOptions(options);
  const contents = readModel('pack', artifacts);
  const { weights, kernels: used, model } = contents;
  assertMomentsOf('pack', inputMoments, contents);
  assertGainsOf('pack', channelGains, contents);
  assertMatricesOf(matrices, contents);
  const originalBytes = weights.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const packed: PackedResult[] = [];
  const equals = equalWeights(contents);
  const made = new Map<string, { readonly compressor: MatrixCompressor; readonly result: PackedResult }[]>();
  let done = 0;
  const turn = takingTurns(signal);
  // Without a method nothing is compressed here
  const kernels = method && (await loadKernels(checked.kernels));
  for (const weight of weights) {
    await turn();
    const part = originalBytes === 0 ? 1 : done / originalBytes;
    reportProgress({ signal, onProgress }, part);
    const kernel = used.get(weight.name);
    const own = matrices.get(weight.name);
    const packable = own ? undefined : packableWeight(weight, kernel, minElements);
    const choice = packable && method && chooseMethod('pack', method, packable);
    const matrix = own || typeof choice === 'object' ? weightMatrix(weight, kernel) : undefined;
    done += weight.bytes.length;
    const names = equals.get(weight.name) ?? [weight.name];
    const earlier = made.get(names[0]) ?? [];
    const equal =
      typeof choice === 'object' && earlier.find(({ compressor }) => isSameCompressor(compressor, choice))?.result;
    if (equal) {
      packed.push(renamed(equal, weight.name, kernel?.kind));
      continue;
    }
    let compression: Compression = {};
    if (own && matrix) {
      assertMatrixOf('pack matrices', matrix, own);
      compression = { matrix: own };
    } else if (typeof choice === 'object' && matrix) {
      const aids = { moments: summedMoments(inputMoments, names), gains: summedGains(channelGains, names) };
      compression = await compressWeight('pack', matrix, choice, { signal, kernels, ...aids });
    }
    const values = rest === 'coded' && !matrix && choice === undefined ? unquantized(weight) : undefined;
    const coded = values && codedValues(values);
    const result = coded
      ? packWeight(weight, { kernel: undefined, compression: { matrix: coded }, rest: 'float16' })
      : packWeight(weight, { kernel, compression, rest: restOf(choice, rest) });
    packed.push(result);
    if (typeof choice === 'object') made.set(names[0], [...earlier, { compressor: choice, result }]);
  }
  const shared = withSharedCopies(packed);
  const { bytes, headerBytes } = await writeFile({
    model: leanTopology(model),
    weights: shared,
    probes: writtenProbes(probes),
  });
  reportProgress({ signal, onProgress }, 1);
  return {
    bytes,
    report: {
      bytes: bytes.length,
      headerBytes,
      originalBytes,
      ...(method && { kernels: kernelsName(kernels) }),
      weights: shared.map(({ report }) => report),
    },
  };
}

/** The values of a float32 weight that its model does not store quantized. */
function unquantized(weight: ModelWeight): Float32Array | undefined {
  return weight.spec.quantization === undefined ? floatValues(weight) : undefined;
}

/** The type of a weight that is not compressed, or not smaller in its compressed form. */
function restOf(choice: MatrixCompressor | RestDtype | undefined, rest: RestDtype | 'coded'): RestDtype {
  if (typeof choice === 'string') return choice;
  return rest === 'coded' ? 'float16' : rest;
}

/** The stored form of an equal weight. */
function renamed({ tensor, bytes, report }: PackedResult, name: string, kind = report.kind): PackedResult {
  const [, ...description] = tensor;
  return { tensor: [name, ...description], bytes, report: { ...report, name, kind } };
}

/** Throws for matrices of another model, because they would be ignored silently. */
function assertMatricesOf(matrices: ReadonlyMap<string, unknown>, { weights, kernels }: ModelContents): void {
  const floats = new Set(weights.flatMap(({ name, dtype }) => (dtype === 'float32' ? [name] : [])));
  const stranger = [...matrices.keys()].find((name) => !kernels.has(name) || !floats.has(name));
  if (stranger === undefined) return;
  throw new GCompressError('invalid-option', {
    where: 'pack matrices',
    expected: 'matrices of weights of this model',
    actual: `a matrix of '${String(stranger)}'`,
    hint: 'Pass the artifacts that came with these matrices.',
  });
}

function checkedOptions(options: PackOptions) {
  const known = [
    'method',
    'matrices',
    'minElements',
    'rest',
    'inputMoments',
    'channelGains',
    'probes',
    'kernels',
    'signal',
    'onProgress',
  ];
  assertKnownOptions('pack', options, known);
  const {
    matrices = new Map(),
    minElements = MIN_ELEMENTS,
    inputMoments = new Map(),
    channelGains = new Map(),
  } = options;
  const given = options.matrices !== undefined;
  const {
    method = given ? undefined : uniform({ bits: 5, steps: 'column' }),
    rest = given ? 'float32' : 'float16',
    probes = [],
    kernels,
    signal,
    onProgress,
  } = options;
  if (method !== undefined) assertWeightMethod('pack', method);
  if (!(matrices instanceof Map)) {
    throw new GCompressError('invalid-option', {
      where: 'pack matrices',
      expected: 'a map from names of weights to compressed matrices',
      actual: describeValue(matrices),
      hint: 'Pass the `matrices` of what compressNow gave.',
    });
  }
  assertNumber('pack', 'minElements', minElements, { min: 0 });
  assertOneOf('pack', 'rest', rest, [...REST_DTYPES, 'coded'] as const);
  assertKernelsOption('pack', kernels);
  if (signal !== undefined) {
    assertType('pack', 'signal', signal, 'object', 'Pass the signal of an AbortController.');
    assertType('pack signal', 'throwIfAborted', signal.throwIfAborted, 'function');
  }
  if (onProgress !== undefined) assertType('pack', 'onProgress', onProgress, 'function');
  return { method, matrices, minElements, rest, inputMoments, channelGains, probes, kernels, signal, onProgress };
}
