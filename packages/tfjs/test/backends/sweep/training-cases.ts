// The optimizers, losses and penalties of TensorFlow.js.
import * as tf from '@tensorflow/tfjs';
import { normal } from '../both-backends.ts';

/** By how they are made; a negative epsilon is what centered RMSProp needs (see faults-of-every-backend.test.ts). */
export const optimizers: Readonly<Record<string, () => tf.Optimizer>> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.05, 0.9),
  'momentum, Nesterov': () => tf.train.momentum(0.05, 0.9, true),
  adagrad: () => tf.train.adagrad(0.1),
  adadelta: () => tf.train.adadelta(0.5),
  adam: () => tf.train.adam(0.05),
  adamax: () => tf.train.adamax(0.05),
  rmsprop: () => tf.train.rmsprop(0.01),
  'rmsprop, centered': () => tf.train.rmsprop(0.01, 0.9, 0.5, -1e-7, true),
};

/** The raw outputs `[3, 4]` that each loss is given. */
export const outputs = (): tf.Tensor2D => normal([3, 4], 4) as tf.Tensor2D;
const labels = () => tf.oneHot(tf.tensor1d([0, 1, 3], 'int32'), 4).toFloat();
const signs = () => tf.sub(tf.mul(labels(), 2), 1);

/** The loss that `model.compile` takes by this name. */
function named(loss: string, target: () => tf.Tensor, outputOf = (x: tf.Tensor): tf.Tensor => x) {
  return [
    loss,
    (x: tf.Tensor): tf.Tensor => {
      const inputs = tf.input({ shape: [4] });
      const model = tf.model({ inputs, outputs: tf.layers.reLU().apply(inputs) as tf.SymbolicTensor });
      model.compile({ optimizer: tf.train.sgd(0), loss });
      return model.lossFunctions[0](target(), outputOf(x));
    },
  ] as const;
}

/** From raw outputs to a loss, or a penalty of weights. */
export const losses: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  ...Object.fromEntries([
    named('meanSquaredError', labels),
    named('meanAbsoluteError', labels),
    named('meanAbsolutePercentageError', signs),
    named('meanSquaredLogarithmicError', labels, tf.exp),
    named('squaredHinge', signs),
    named('hinge', signs),
    named('categoricalHinge', labels),
    named('logcosh', labels),
    named('categoricalCrossentropy', labels, tf.softmax),
    named('sparseCategoricalCrossentropy', () => tf.tensor2d([0, 1, 3], [3, 1]), tf.softmax),
    named('binaryCrossentropy', labels, tf.sigmoid),
    named('kullbackLeiblerDivergence', () => tf.softmax(signs()), tf.softmax),
    named('poisson', labels, tf.exp),
    named('cosineProximity', labels),
  ]),
  'tf.losses.absoluteDifference': (x) => tf.losses.absoluteDifference(labels(), x),
  'tf.losses.computeWeightedLoss': (x) => tf.losses.computeWeightedLoss(x, tf.abs(signs())),
  'tf.losses.cosineDistance': (x) => tf.losses.cosineDistance(labels(), x, 1),
  'tf.losses.hingeLoss': (x) => tf.losses.hingeLoss(labels(), x),
  'tf.losses.huberLoss': (x) => tf.losses.huberLoss(labels(), x),
  'tf.losses.logLoss': (x) => tf.losses.logLoss(labels(), tf.sigmoid(x)),
  'tf.losses.meanSquaredError': (x) => tf.losses.meanSquaredError(labels(), x),
  'tf.losses.sigmoidCrossEntropy': (x) => tf.losses.sigmoidCrossEntropy(labels(), x),
  'tf.losses.softmaxCrossEntropy': (x) => tf.losses.softmaxCrossEntropy(labels(), x),
  'tf.regularizers.l1l2': (x) => tf.regularizers.l1l2({ l1: 0.1, l2: 0.2 }).apply(x),
};
