// Corrects the bias of a compressed kernel, so that its mean outputs are those of the original.
import type { InputPairs } from '@gcompress/calibration';
import type { Matrix } from '@gcompress/core';
import { floatValues, packWeight, weightMatrix } from '@gcompress/packed/weights';
import { matrixOfWeight } from '@gcompress/weights';
import { plainForm } from '../forms/weight-forms.ts';
import { type Outcome, storedOutcome } from '../model/build-model.ts';
import { bytesOf } from '../model/bytes-of.ts';

/**
 * The bias `b + mean(x)·W − mean(x̂)·Ŵ`, for inputs x of the original and x̂ of the network compressed so far, in the type in which b is stored.
 *
 * @param bias outcome of the bias: one value for each column, or for a depthwise kernel for each channel and column.
 * @param kernel outcome of the kernel: its values W, and the stored values Ŵ.
 * @returns undefined if the bias has another number of values, or is no float32 weight.
 */
export function withCorrectedBias(bias: Outcome, kernel: Outcome, pairs: InputPairs): Outcome | undefined {
  const { weight } = bias.subject;
  const values = floatValues(weight);
  const original = weightMatrix(kernel.subject.weight, kernel.subject.kernel)?.matrix;
  const compressed = original && storedMatrix(kernel);
  const change = values && compressed && meanChange(values.length, pairs, original, compressed);
  if (!change) return undefined;
  const { quantization: _, ...spec } = weight.spec;
  const corrected = { ...weight, spec, bytes: bytesOf(values.map((value, at) => value + change[at])) };
  const plain = packWeight(corrected, { kernel: undefined, compression: {}, rest: bias.rest });
  const subject = { ...bias.subject, weight: corrected, plain };
  return { ...bias, subject, form: plainForm(subject) };
}

/** The values of a kernel as they are stored. */
function storedMatrix(kernel: Outcome): Matrix | undefined {
  const { matrix, weight } = storedOutcome(kernel);
  if (matrix) return matrix.decompress();
  const { kernel: use, weight: own } = kernel.subject;
  const { name: _, dtype: __, shape: ___, ...spec } = weight.spec;
  const values = floatValues({ ...own, spec: spec as typeof own.spec, bytes: weight.bytes });
  return values && matrixOfWeight(values, own.shape, use?.swapped ?? false);
}

/** Undefined if the outputs do not fit the matrix. */
function meanChange(
  outputs: number,
  { count, inputs, differences }: InputPairs,
  original: Matrix,
  compressed: Matrix,
): Float64Array | undefined {
  const [rows, columns] = original.shape;
  const channels = outputs / columns;
  if (rows !== inputs.length || !Number.isInteger(channels) || rows % channels !== 0) return undefined;
  const change = new Float64Array(outputs);
  for (let i = 0; i < rows; i++) {
    const first = (i % channels) * columns;
    const [mean, shift] = [inputs[i] / count, differences[i] / count];
    for (let j = 0; j < columns; j++) {
      const [w, small] = [original.data[i * columns + j], compressed.data[i * columns + j]];
      change[first + j] += mean * (w - small) + shift * w;
    }
  }
  return change;
}
