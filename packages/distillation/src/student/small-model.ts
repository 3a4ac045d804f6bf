// The compressed model as it comes in and goes out: artifacts and compressed matrices.
import { type CompressedMatrix, GCompressError } from '@gcompress/core';
import { assertType, describeValue } from '@gcompress/core/checks';
import { type ModelContents, type ModelWeight, packWeight, REST_DTYPES, readModel } from '@gcompress/packed/weights';
import { weightOfMatrix } from '@gcompress/weights';
import type { io } from '@tensorflow/tfjs-core';

/** A compressed layers model: the result of `compressNow` of `@gcompress/post-training`, or of `packableModel` of `@gcompress/tfjs/layers`. */
export interface DistillableModel {
  readonly artifacts: io.ModelArtifacts;
  /** The compressed weights by name. */
  readonly matrices: ReadonlyMap<string, CompressedMatrix>;
}

/** Smallest number with all digits in float16. */
const SMALLEST_FLOAT16 = 2 ** -14;

const HINT = 'Pass the result of compressNow.';

/**
 * Reads a compressed layers model.
 *
 * @throws GCompressError `invalid-option` for anything else, `unsupported` for a graph model and for a model without compressed weights.
 */
export function readSmallModel(where: string, small: DistillableModel): ModelContents {
  assertType(where, 'small', small, 'object', HINT);
  const { artifacts, matrices } = small;
  assertType(`${where} small`, 'artifacts', artifacts, 'object', HINT);
  if (!(matrices instanceof Map)) throw refused(where, 'a map of compressed matrices', describeValue(matrices), HINT);
  if (artifacts.format === 'graph-model' || 'node' in (artifacts.modelTopology ?? {})) throw isGraph(`${where} small`);
  if (matrices.size === 0) {
    throw new GCompressError('unsupported', {
      where: `${where} small`,
      expected: 'compressed weights',
      actual: 'none',
      hint: HINT,
    });
  }
  const contents = readModel(where, artifacts);
  for (const [name, matrix] of matrices as ReadonlyMap<string, unknown>) {
    const weight = contents.kernels.has(name) && contents.weights.find((one) => one.name === name);
    if (!weight) throw refused(where, 'matrices of weights of the artifacts', `a matrix '${name}'`, HINT);
    const { shape, decompress } = (matrix ?? {}) as Partial<CompressedMatrix>;
    const size = weight.shape.reduce((product, side) => product * side, 1);
    if (typeof decompress === 'function' && shape && shape[0] * shape[1] === size) continue;
    throw refused(where, `a compressed matrix of ${size} values for '${name}'`, describeValue(matrix), HINT);
  }
  return contents;
}

/** The error for a graph model. */
export function isGraph(where: string): GCompressError {
  return new GCompressError('unsupported', {
    where,
    expected: 'a layers model, whose layers can be trained',
    actual: 'a graph model, whose weights are constants',
    hint: 'Distill the layers model before it is converted, or lower the error with calibrate and inputMoments.',
  });
}

/** Values of the weights that are not compressed, by name. */
export type RestValues = ReadonlyMap<string, Float32Array>;

/** The model with these matrices and values. The other weights are stored in the types that they had. */
export function writtenModel(
  { model, weights, kernels }: ModelContents,
  matrices: ReadonlyMap<string, CompressedMatrix>,
  rest: RestValues,
): io.ModelArtifacts {
  const parts = weights.map((weight) => {
    const matrix = matrices.get(weight.name);
    if (matrix) {
      const values = weightOfMatrix(matrix.decompress(), weight.shape, kernels.get(weight.name)?.swapped ?? false);
      return plain(weight, bytesOf(values));
    }
    const values = rest.get(weight.name);
    return values ? stored(weight, values) : { spec: specOf(weight, weight.spec), bytes: weight.bytes };
  });
  const data = new Uint8Array(parts.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of parts) {
    data.set(bytes, at);
    at += bytes.length;
  }
  return { ...model, weightSpecs: parts.map(({ spec }) => spec), weightData: data.buffer } as io.ModelArtifacts;
}

interface StoredWeight {
  readonly spec: io.WeightsManifestEntry;
  readonly bytes: Uint8Array;
}

function plain(weight: ModelWeight, bytes: Uint8Array): StoredWeight {
  const { quantization: _, ...spec } = weight.spec;
  return { spec: specOf(weight, spec), bytes };
}

/** New values in the type in which the weight was stored. */
function stored(weight: ModelWeight, values: Float32Array): StoredWeight {
  const { quantization, ...spec } = weight.spec;
  const dtype = (quantization as { readonly dtype?: string } | undefined)?.dtype ?? 'float32';
  const rest = REST_DTYPES.find((known) => known === dtype) ?? 'float16';
  // Of values this small, float16 keeps too few digits, so `pack` would store the whole weight as float32
  const kept = rest === 'float16' ? values.map((value) => (Math.abs(value) < SMALLEST_FLOAT16 ? 0 : value)) : values;
  const now: ModelWeight = { ...weight, spec, bytes: bytesOf(kept) };
  const { tensor, bytes } = packWeight(now, { kernel: undefined, compression: {}, rest });
  return { spec: specOf(weight, tensor[3]?.spec ?? {}), bytes };
}

function specOf({ name, dtype, shape }: ModelWeight, spec: object): io.WeightsManifestEntry {
  return { ...spec, name, dtype, shape: [...shape] } as io.WeightsManifestEntry;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function refused(where: string, expected: string, actual: string, hint: string): GCompressError {
  return new GCompressError('invalid-option', { where: `${where} small`, expected, actual, hint });
}
