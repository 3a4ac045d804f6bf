// Reads and checks the tensors of a checkpoint.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { io, type NamedTensorMap, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** The description of a tensor in a file. */
export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  /** True if the tensor belongs to the optimizer or to the history of a compressor. */
  readonly slot: boolean;
}

const BYTES = { float32: 4, int32: 4, bool: 1 } as const;

/**
 * The descriptions of a checkpoint's tensors. They are all checked, and that they fill the file, before any tensor is made.
 *
 * @throws GCompressError `file-tensor`.
 */
export function readSpecs({ weightSpecs, weightData }: io.ModelArtifacts): TensorSpec[] {
  if (!Array.isArray(weightSpecs)) throw damaged('a list of tensors', describeValue(weightSpecs));
  const specs = (weightSpecs as unknown[]).map(readSpec);
  if (new Set(specs.map(({ name }) => name)).size !== specs.length)
    throw damaged('unique names of tensors', 'a name that is used twice');
  const announced = specs.reduce((sum, { shape, dtype }) => sum + BYTES[dtype] * elements(shape), 0);
  const there = buffersOf(weightData).reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (announced !== there) throw damaged(`${announced} bytes of tensors`, `${there}`);
  return specs;
}

/**
 * The tensors of a file that passed {@link readSpecs}; the caller disposes them.
 *
 * @throws GCompressError `file-tensor`.
 */
export function decodeTensors({ weightSpecs = [], weightData }: io.ModelArtifacts): Map<string, Tensor> {
  try {
    const data = io.CompositeArrayBuffer.join(buffersOf(weightData));
    return new Map(Object.entries(tidy((): NamedTensorMap => io.decodeWeights(data, weightSpecs))));
  } catch (cause) {
    throw damaged(
      'weights that TensorFlow.js can decode',
      cause instanceof Error ? cause.message : describeValue(cause),
      cause,
    );
  }
}

function readSpec(stored: unknown): TensorSpec {
  const { name, shape, dtype, group, quantization } = (stored ?? {}) as Record<string, unknown>;
  // tfjs collects tensors in an object, and this name would set its prototype
  if (typeof name !== 'string' || name === '__proto__') throw damaged('tensors with names', describeValue(name));
  const where = `'${name.slice(0, 60)}'`;
  const sides = Array.isArray(shape) && shape.every((side) => Number.isSafeInteger(side) && side >= 0);
  if (!sides) throw damaged(`a shape of ${where}`, describeValue(shape));
  if (!isDtype(dtype))
    throw damaged(`a dtype of ${where} among ${Object.keys(BYTES).join(', ')}`, describeValue(dtype));
  if (quantization !== undefined) throw damaged(`values of ${where} without quantization`, 'quantized values');
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

/** The error for a checkpoint whose tensors are damaged. */
export function damaged(expected: string, actual: string, cause?: unknown): GCompressError {
  return new GCompressError('file-tensor', {
    where: 'checkpoint',
    expected,
    actual,
    hint: 'The file is damaged. The model is unchanged.',
    cause,
  });
}
