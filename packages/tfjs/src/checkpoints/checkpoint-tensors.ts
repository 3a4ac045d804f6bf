// The tensors of a checkpoint, checked.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { io, type NamedTensorMap, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** What a file says of one of its tensors. */
export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  /** Whether it is of the optimizer, or of the history of a compressor. */
  readonly slot: boolean;
}

const BYTES = { float32: 4, int32: 4, bool: 1 } as const;

/**
 * What the tensors of a checkpoint are. All of it is checked, and that they fill the file, before one of them is made.
 *
 * @throws GCompressError `file-tensor`.
 */
export function readSpecs({ weightSpecs, weightData }: io.ModelArtifacts): TensorSpec[] {
  if (!Array.isArray(weightSpecs)) throw damaged('a list of tensors', describeValue(weightSpecs));
  const specs = (weightSpecs as unknown[]).map(readSpec);
  if (new Set(specs.map(({ name }) => name)).size !== specs.length)
    throw damaged('names of their own', 'one name twice');
  const announced = specs.reduce((sum, { shape, dtype }) => sum + BYTES[dtype] * elements(shape), 0);
  const there = buffersOf(weightData).reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (announced !== there) throw damaged(`${announced} bytes of tensors`, `${there}`);
  return specs;
}

/**
 * The tensors of a file whose {@link readSpecs} are known to be good; the caller disposes them.
 *
 * @throws GCompressError `file-tensor`.
 */
export function decodeTensors({ weightSpecs = [], weightData }: io.ModelArtifacts): Map<string, Tensor> {
  try {
    const data = io.CompositeArrayBuffer.join(buffersOf(weightData));
    return new Map(Object.entries(tidy((): NamedTensorMap => io.decodeWeights(data, weightSpecs))));
  } catch (cause) {
    throw damaged('weights as they were written', cause instanceof Error ? cause.message : describeValue(cause), cause);
  }
}

function readSpec(stored: unknown): TensorSpec {
  const { name, shape, dtype, group, quantization } = (stored ?? {}) as Record<string, unknown>;
  // tfjs collects tensors in an object, whose prototype this name would set
  if (typeof name !== 'string' || name === '__proto__') throw damaged('tensors with names', describeValue(name));
  const where = `'${name.slice(0, 60)}'`;
  const sides = Array.isArray(shape) && shape.every((side) => Number.isSafeInteger(side) && side >= 0);
  if (!sides) throw damaged(`a shape of ${where}`, describeValue(shape));
  if (!isDtype(dtype))
    throw damaged(`a dtype of ${where} among ${Object.keys(BYTES).join(', ')}`, describeValue(dtype));
  if (quantization !== undefined) throw damaged(`values of ${where} as they were`, 'quantized ones');
  return { name, shape: shape as number[], dtype, slot: group === 'optimizer' };
}

function isDtype(dtype: unknown): dtype is keyof typeof BYTES {
  return typeof dtype === 'string' && Object.hasOwn(BYTES, dtype);
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

function buffersOf(data: unknown): ArrayBuffer[] {
  const buffers: unknown[] = Array.isArray(data) ? data : [data ?? new ArrayBuffer(0)];
  const wrong = buffers.find((buffer) => !(buffer instanceof ArrayBuffer));
  if (wrong !== undefined) throw damaged('bytes of tensors', describeValue(wrong));
  return buffers as ArrayBuffer[];
}

/** The error of a checkpoint whose tensors are not those that were written. */
export function damaged(expected: string, actual: string, cause?: unknown): GCompressError {
  return new GCompressError('file-tensor', {
    where: 'checkpoint',
    expected,
    actual,
    hint: 'The file is damaged; nothing was changed.',
    cause,
  });
}
