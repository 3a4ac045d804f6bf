import { GCompressError, type Shape2D } from '@gcompress/core';
import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import { initializers, layers, type Shape } from '@tensorflow/tfjs-layers';
import type { TfCompressionOp } from '../compression-op.ts';
import {
  type CompressedLayer,
  createLayerOp,
  type Layer,
  type LayerCompression,
  type LayerConfig,
  type Replacement,
} from './compressed-layer.ts';
import { activationOf, denseOutput } from './dense-output.ts';
import { deployDense } from './deploy-dense.ts';

/** Arguments of a stock Dense layer. */
export type DenseArgs = Parameters<typeof layers.dense>[0];

/** Arguments of {@link CompressedDense}: those of Dense, and how its kernel is compressed. */
export type CompressedDenseArgs = DenseArgs & LayerCompression;

/**
 * A Dense layer that computes `α·(x·A) + (1−α)·(x·Ŵ)` instead of `x·A`; everything else (bias, activation, initializers,
 * regularizers, constraints) is that of the stock layer. Weights, in order: kernel, bias, the trainable factors; then the other
 * factors, alpha and the state of the schedule.
 *
 * Porting note: `keras_layers.CompressedDense` of the 2022 library compresses by input blocks, not by a compressor; this layer
 * is what its eager operator was meant to be part of. Regularizers act on A.
 */
export class CompressedDense extends layers.Layer implements CompressedLayer {
  static readonly className = 'CompressedDense';
  driven = false;
  /** The stock layer whose weights, regularizers and activation this one uses. */
  readonly #dense: Layer;
  readonly #compression: LayerCompression;
  readonly #activation: Layer | undefined;
  #op: TfCompressionOp | undefined;

  constructor({ compressor, schedule, ...args }: CompressedDenseArgs) {
    super(args as unknown as LayerConfig);
    this.#compression = { compressor, schedule };
    this.#dense = layers.dense({ ...args, name: this.name });
    this.#activation = activationOf(this.#dense);
    this.supportsMasking = true;
  }

  get ops(): readonly TfCompressionOp[] {
    if (this.#op) return [this.#op];
    throw new GCompressError('not-ready', {
      where: `layer '${this.name}'`,
      expected: 'a layer that is built',
      actual: 'one without an input shape',
    });
  }

  override setFastWeightInitDuringBuild(value: boolean): void {
    super.setFastWeightInitDuringBuild(value);
    this.#dense.setFastWeightInitDuringBuild(value);
  }

  override build(inputShape: Shape | Shape[]): void {
    this.#dense.build(inputShape);
    this.trainableWeights = this.#dense.trainableWeights;
    this.addLoss(this.#dense.losses);
    this.inputSpec = this.#dense.inputSpec;
    const [kernel] = this.#dense.weights;
    const zeros = initializers.zeros();
    this.#op = createLayerOp(
      this,
      'kernel',
      kernel,
      kernel.shape as unknown as Shape2D,
      this.#compression,
      (name, spec) => this.addWeight(name, [...spec.shape], spec.dtype, zeros, undefined, spec.trainable),
    );
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return this.#dense.computeOutputShape(inputShape);
  }

  override call(inputs: Tensor | Tensor[], kwargs: { training?: boolean } = {}): Tensor {
    const training = kwargs.training === true;
    if (training && !this.driven) throw undriven(this.name);
    const [op] = this.ops;
    const [, bias] = this.#dense.weights;
    return denseOutput(inputs, {
      shape: op.form.shape,
      multiply: (x) => op.applyMatMul(x, { training }),
      bias: bias?.read(),
      activation: this.#activation,
    });
  }

  protected override disposeWeights(): number {
    this.#op?.dispose();
    return super.disposeWeights();
  }

  override getConfig(): serialization.ConfigDict {
    const { method, options } = this.#compression.compressor;
    // A string, because tfjs rewrites the case of keys when it saves a configuration
    const compression = JSON.stringify({ method, options, schedule: this.#compression.schedule.config });
    return { ...this.#dense.getConfig(), ...super.getConfig(), compression };
  }

  deploy(config: LayerConfig): Replacement {
    const { compression: _, ...args } = config;
    const [, bias] = this.#dense.weights;
    return deployDense(args, this.ops[0].toCompressedMatrixSync(), bias?.read());
  }
}

function undriven(name: string): GCompressError {
  return new GCompressError('not-ready', {
    where: `layer '${name}'`,
    expected: 'a training whose steps are counted',
    actual: 'one without the compression callback',
    hint:
      'Pass the `callback` that compressModel returned, or compressionCallback(model), to fit; in a loop of your own call its ' +
      'onTrainBegin() before, onBatchEnd() after every step, and onTrainEnd() after the training.',
  });
}
