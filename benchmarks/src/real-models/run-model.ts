// Runs layers models and graph models on batches of inputs.
import * as tf from '@tensorflow/tfjs';

/** A loaded model, and the tensors that are compared. */
export interface RunningModel {
  readonly model: tf.LayersModel | tf.GraphModel;
  /** Of a layers model, the same one with the outputs of hidden layers before its own. */
  readonly watched?: tf.LayersModel;
  /** The tensors to compare, in a fixed order. */
  answer(input: tf.Tensor): tf.Tensor[];
  dispose(): void;
}

/** Values of each compared tensor, over all batches. */
export type Outputs = readonly Float32Array[];

/** Loads a model; of a layers model, the outputs of named layers are compared before those of the model. */
export async function startModel(handler: tf.io.IOHandler, hidden: readonly string[]): Promise<RunningModel> {
  const { modelTopology } = (await handler.load?.()) ?? {};
  if ((modelTopology as { readonly node?: unknown }).node) {
    const model = await tf.loadGraphModel(handler);
    return { model, answer: (input) => [model.predict(input)].flatMap(tensorsOf), dispose: () => model.dispose() };
  }
  const model = await tf.loadLayersModel(handler);
  const outputs = [...hidden.map((name) => model.getLayer(name).output as tf.SymbolicTensor), ...model.outputs];
  const watched = tf.model({ inputs: model.inputs, outputs });
  return {
    model,
    watched,
    answer: (input) => [watched.predictOnBatch(input)].flat(),
    dispose: () => model.dispose(),
  };
}

function tensorsOf(answer: tf.Tensor | tf.Tensor[] | tf.NamedTensorMap): tf.Tensor[] {
  if (answer instanceof tf.Tensor) return [answer];
  return Array.isArray(answer) ? answer : Object.values(answer);
}

/** Runs a model over samples `[count, …]`, some at a time. */
export function outputsOf({ answer }: RunningModel, inputs: tf.Tensor, batchSize: number): Outputs {
  const pieces: Float32Array[][] = [];
  for (let from = 0; from < inputs.shape[0]; from += batchSize) {
    const size = Math.min(batchSize, inputs.shape[0] - from);
    const rest = inputs.shape.slice(1);
    const answers = tf.tidy(() =>
      answer(tf.slice(inputs, [from, ...rest.map(() => 0)], [size, ...rest])).map(
        (tensor) => tensor.dataSync() as Float32Array,
      ),
    );
    for (const [index, values] of answers.entries()) {
      pieces[index] ??= [];
      pieces[index].push(values);
    }
  }
  return pieces.map(joined);
}

/** Loads a model, runs it over samples, and disposes it. */
export async function answersOf(
  handler: tf.io.IOHandler,
  inputs: tf.Tensor,
  { hidden, batchSize }: { readonly hidden: readonly string[]; readonly batchSize: number },
): Promise<Outputs> {
  const running = await startModel(handler, hidden);
  const outputs = outputsOf(running, inputs, batchSize);
  running.dispose();
  return outputs;
}

function joined(pieces: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
