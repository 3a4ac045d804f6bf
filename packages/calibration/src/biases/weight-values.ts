// Reads the float32 weights of artifacts, and writes artifacts with new values.
import { GCompressError } from '@gcompress/core';
import { dispose, io, type NamedTensorMap, tensor, tidy } from '@tensorflow/tfjs-core';

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

/** The artifacts with new values for some of the weights; all weights are stored without quantization. */
export async function encodedWeights(
  artifacts: io.ModelArtifacts,
  changed: ReadonlyMap<string, Float32Array>,
): Promise<io.ModelArtifacts> {
  const tensors = await tensorsOf('compressed', artifacts);
  try {
    for (const [name, values] of changed) {
      const { shape } = tensors[name];
      tensors[name].dispose();
      tensors[name] = tensor(values, shape);
    }
    const names = (artifacts.weightSpecs ?? []).map(({ name }) => name);
    const { data, specs } = await io.encodeWeights(names.map((name) => ({ name, tensor: tensors[name] })));
    const weightSpecs = specs.map((spec, at) => {
      const group = artifacts.weightSpecs?.[at].group;
      return group ? { ...spec, group } : spec;
    });
    const { getWeightStream: _, ...rest } = artifacts;
    return { ...rest, weightSpecs, weightData: data };
  } finally {
    dispose(tensors);
  }
}

async function tensorsOf(which: string, artifacts: io.ModelArtifacts): Promise<NamedTensorMap> {
  const { weightSpecs = [], weightData, getWeightStream } = artifacts;
  try {
    // Node's type of a stream is not the one of its Response
    const stream = getWeightStream?.() as ReadableStream | undefined;
    const data = weightData ?? (await new Response(stream).arrayBuffer());
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
