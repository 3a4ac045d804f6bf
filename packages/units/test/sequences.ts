// Random models of sequences: embeddings or numbers, recurrent layers on top of each other, a head.
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { withRandomWeights } from './architectures.ts';

/** A random model of sequences. */
export interface SequenceArchitecture {
  readonly embedding: boolean;
  readonly cells: readonly ('simpleRNN' | 'gru' | 'lstm')[];
  readonly units: number;
  readonly bias: boolean;
  readonly states: boolean;
  readonly head: 'last' | 'average';
  readonly seed: number;
}

export const sequenceArchitecture: fc.Arbitrary<SequenceArchitecture> = fc.record({
  embedding: fc.boolean(),
  cells: fc.array(fc.constantFrom('simpleRNN' as const, 'gru' as const, 'lstm' as const), {
    minLength: 1,
    maxLength: 3,
  }),
  units: fc.integer({ min: 2, max: 5 }),
  bias: fc.boolean(),
  states: fc.boolean(),
  head: fc.constantFrom('last', 'average'),
  seed: fc.nat(0xffff),
});

/** Sequences of five steps to two numbers. */
export function sequenceModel({
  embedding,
  cells,
  units,
  bias,
  states,
  head,
  seed,
}: SequenceArchitecture): tf.LayersModel {
  const input = tf.input({ shape: embedding ? [5] : [5, 3] });
  let x = input as tf.SymbolicTensor;
  if (embedding) x = tf.layers.embedding({ inputDim: 7, outputDim: 4 }).apply(x) as tf.SymbolicTensor;
  for (const [at, cell] of cells.entries()) {
    const returnSequences = at < cells.length - 1 || head === 'average';
    x = tf.layers[cell]({ units: units + at, returnSequences, useBias: bias }).apply(x) as tf.SymbolicTensor;
  }
  if (states) x = withStates(x, head === 'average');
  if (head === 'average') x = tf.layers.globalAveragePooling1d({}).apply(x) as tf.SymbolicTensor;
  const outputs = tf.layers.dense({ units: 2 }).apply(x) as tf.SymbolicTensor;
  return withRandomWeights(tf.model({ inputs: input, outputs }), seed);
}

/** An encoder whose last states begin a decoder: their units are coupled. */
function withStates(x: tf.SymbolicTensor, sequence: boolean): tf.SymbolicTensor {
  const steps = sequence ? x : (tf.layers.repeatVector({ n: 3 }).apply(x) as tf.SymbolicTensor);
  const encoded = tf.layers.lstm({ units: 4, returnState: true }).apply(steps) as tf.SymbolicTensor[];
  const decoder = tf.layers.lstm({ units: 4, returnSequences: sequence });
  return decoder.apply([steps, ...encoded.slice(1)]) as tf.SymbolicTensor;
}

/** Three samples for such a model. */
export function sequenceInputs({ embedding, seed }: SequenceArchitecture): tf.Tensor {
  return embedding
    ? tf.tidy(() => tf.randomUniform([3, 5], 0, 7, 'int32', seed).toFloat())
    : tf.randomNormal([3, 5, 3], 0, 1, 'float32', seed);
}
