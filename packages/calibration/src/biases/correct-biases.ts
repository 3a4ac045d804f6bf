// Bias correction: changes biases so that the mean outputs of compressed kernels match the original.
import { GCompressError } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';
import { matrixOfWeight, matrixWeights } from '@gcompress/weights';
import type { io } from '@tensorflow/tfjs-core';
import { assertCalibration, type Calibration, type InputSums } from '../calibration/calibration.ts';
import { kernelBiases } from './kernel-biases.ts';
import { decodedWeights, encodedWeights, type FloatWeight } from './weight-values.ts';

/** The result of {@link correctBiases}. */
export interface CorrectedBiases {
  /** The compressed artifacts with corrected biases. */
  readonly artifacts: io.ModelArtifacts;
  /** Names of the kernels whose bias was corrected, each with the name of the bias. */
  readonly corrected: ReadonlyMap<string, string>;
}

/**
 * Corrects the shift of mean outputs by compression: the new bias is `b + mean(x)·(W − Ŵ)`, with b and x of the original network, for each
 * Dense layer and convolution (in graphs, each product and convolution) with a bias and moments. Recurrent layers, kernels without a bias,
 * and graph constants that several nodes use are not corrected.
 *
 * @param original artifacts of the model that was calibrated.
 * @param compressed artifacts of the same model with compressed kernels, such as the `load()` of a packed file returns; they are not changed.
 *   In the returned artifacts, corrected weights are plain values without quantization.
 * @throws GCompressError `invalid-option` for other arguments, `shape-mismatch` for artifacts or a calibration of different models.
 */
export async function correctBiases(
  original: io.ModelArtifacts,
  compressed: io.ModelArtifacts,
  calibration: Calibration,
): Promise<CorrectedBiases> {
  for (const [name, artifacts] of Object.entries({ original, compressed })) {
    assertType('correctBiases', name, artifacts, 'object', 'Pass what the load() of an IOHandler gives.');
  }
  assertCalibration('correctBiases', calibration);
  const kernels = matrixWeights(original);
  const before = await decodedWeights('original', original);
  const after = await decodedWeights('compressed', compressed);
  const corrected = new Map<string, string>();
  const changed = new Map<string, Float32Array>();
  for (const [name, bias] of kernelBiases(original)) {
    const sums = calibration.inputSums.get(name);
    const kernel = kernels.get(name);
    if (!sums || !kernel) continue;
    const [w, small] = [weightOf(before, name), weightOf(after, name)];
    // The bias of the original, because that of the compressed model may be rounded or corrected already
    const { values } = weightOf(before, bias);
    const error = meanError(name, sums, [w, small], kernel.swapped, values.length);
    changed.set(
      bias,
      values.map((value, at) => value + error[at]),
    );
    corrected.set(name, bias);
  }
  return { artifacts: await encodedWeights(compressed, changed), corrected };
}

function weightOf(weights: ReadonlyMap<string, FloatWeight>, name: string): FloatWeight {
  const weight = weights.get(name);
  if (weight) return weight;
  throw different(`a weight '${name}'`, 'none');
}

/** `mean(x)·(W − Ŵ)` for each output; the outputs of a depthwise kernel are the columns of each channel. */
function meanError(
  name: string,
  { count, values: sums }: InputSums,
  [w, small]: readonly [FloatWeight, FloatWeight],
  swapped: boolean,
  outputs: number,
): Float64Array {
  const [a, b] = [w, small].map(({ values, shape }) => matrixOfWeight(values, shape, swapped));
  if (!a || !b || a.data.length !== b.data.length) throw different(`'${name}' of ${w.shape}`, `${small.shape}`);
  const [rows, columns] = a.shape;
  const channels = outputs / columns;
  if (rows !== sums.length || !Number.isInteger(channels) || rows % channels !== 0) {
    throw different(`sums of ${rows} inputs and ${columns} biases of '${name}'`, `${sums.length} and ${outputs}`);
  }
  const error = new Float64Array(outputs);
  for (let i = 0; i < rows; i++) {
    const channel = i % channels;
    for (let j = 0; j < columns; j++) {
      const at = i * columns + j;
      error[channel * columns + j] += (sums[i] / count) * (a.data[at] - b.data[at]);
    }
  }
  return error;
}

function different(expected: string, actual: string): GCompressError {
  return new GCompressError('shape-mismatch', {
    where: 'correctBiases',
    expected,
    actual,
    hint: 'Pass artifacts and a calibration of one model.',
  });
}
