// Reads the float32 weights of artifacts, and writes artifacts with new values.
import { GCompressError } from '@gcompress/core';
import { dispose, io, type NamedTensorMap, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';

/** Bytes of a quantized value. */
const QUANTIZED_BYTES = { uint8: 1, uint16: 2, float16: 2 };

/** A float32 weight, dequantized if necessary. */
export interface FloatWeight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * The float32 weights of artifacts by name.
 *
 * @throws GCompressError `invalid-option` if the data does not fit the specifications.
 */
export async function decodedWeights(which: string, artifacts: io.ModelArtifacts): Promise<Map<string, FloatWeight>> {
  const tensors = await tensorsOf(which, artifacts);
  try {
    const floats = Object.entries(tensors).filter(([, { dtype }]) => dtype === 'float32');
    const read = floats.map(async ([name, one]) => {
      return [name, { shape: one.shape, values: (await one.data()) as Float32Array }] as const;
    });
    return new Map(await Promise.all(read));
  } finally {
    dispose(tensors);
  }
}

/** The artifacts with new values for some of the weights, which are then stored without quantization. All others stay as they are. */
export async function encodedWeights(
  artifacts: io.ModelArtifacts,
  changed: ReadonlyMap<string, Float32Array>,
): Promise<io.ModelArtifacts> {
  const { getWeightStream: _, ...rest } = artifacts;
  const given = joined([await dataOf(artifacts)].flat().map((piece) => new Uint8Array(piece)));
  const tensors = await tensorsOf('compressed', artifacts);
  try {
    const pieces: Uint8Array[] = [];
    const weightSpecs: io.WeightsManifestEntry[] = [];
    let at = 0;
    for (const spec of artifacts.weightSpecs ?? []) {
      const { name, group, quantization } = spec;
      const values = changed.get(name);
      const plain = await encodedWeight(name, tensors[name], values);
      const bytes = quantization ? tensors[name].size * QUANTIZED_BYTES[quantization.dtype] : plain.bytes.length;
      const isKept = quantization !== undefined && values === undefined;
      pieces.push(isKept ? given.subarray(at, at + bytes) : plain.bytes);
      weightSpecs.push(isKept ? spec : { ...plain.spec, ...(group && { group }) });
      at += bytes;
    }
    return { ...rest, weightSpecs, weightData: joined(pieces).buffer };
  } finally {
    dispose(tensors);
  }
}

/** One weight without quantization, with new values if there are any. */
async function encodedWeight(name: string, given: Tensor, values: Float32Array | undefined) {
  const own = values ? tensor(values, given.shape) : given;
  try {
    const { data, specs } = await io.encodeWeights([{ name, tensor: own }]);
    return { bytes: new Uint8Array(data), spec: specs[0] };
  } finally {
    if (own !== given) own.dispose();
  }
}

async function dataOf({ weightData, getWeightStream }: io.ModelArtifacts): Promise<io.WeightData> {
  // Node's type of a stream is not the one of its Response
  const stream = getWeightStream?.() as ReadableStream | undefined;
  return weightData ?? (await new Response(stream).arrayBuffer());
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

async function tensorsOf(which: string, artifacts: io.ModelArtifacts): Promise<NamedTensorMap> {
  const { weightSpecs = [] } = artifacts;
  try {
    const data = await dataOf(artifacts);
    // The tidy disposes tensors that were read before an error
    return tidy(() => io.decodeWeights(data, weightSpecs));
  } catch (cause) {
    throw new GCompressError('invalid-option', {
      where: `correctBiases ${which}`,
      expected: 'weights as their specifications say',
      actual: cause instanceof Error ? cause.message : String(cause),
      hint: 'Pass what the load() of an IOHandler gives.',
      cause,
    });
  }
}
