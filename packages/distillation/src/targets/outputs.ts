// The outputs of a model that are compared: its own, and those of chosen layers.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { model as functionalModel, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Runs a model; the outputs of the model come first, then those of the layers. Call it in a tidy. */
export type Outputs = (inputs: readonly Tensor[]) => Tensor[];

/**
 * The outputs of a model and of its layers of these names. Layers run as in use: no dropout, fixed statistics.
 *
 * @throws GCompressError `invalid-option` for a name that the model does not have.
 */
export function outputsOf(where: string, model: LayersModel, layers: readonly string[]): Outputs {
  const hidden = layers.map((name) => layerOutput(where, model, name));
  const whole =
    hidden.length > 0 ? functionalModel({ inputs: model.inputs, outputs: [...model.outputs, ...hidden] }) : model;
  return (inputs) =>
    tidy(() => {
      const given = inputs.length === 1 ? inputs[0] : [...inputs];
      return [whole.apply(given, { training: false })].flat() as Tensor[];
    });
}

function layerOutput(where: string, { layers }: LayersModel, name: string): SymbolicTensor {
  const output = layers.find((layer) => layer.name === name)?.output;
  if (output && !Array.isArray(output)) return output;
  throw new GCompressError('invalid-option', {
    where: `${where} hidden`,
    expected: `names of layers with one output: ${layers.map((layer) => layer.name).join(', ')}`,
    actual: describeValue(name),
  });
}
