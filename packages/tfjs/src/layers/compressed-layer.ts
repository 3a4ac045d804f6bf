// A layer that is compressed while it trains.
import { GCompressError, type MatrixCompressor } from '@gcompress/core';
import type { CompressionSchedule } from '@gcompress/scheduler';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { initializers, type LayersModel, type LayerVariable, type Shape } from '@tensorflow/tfjs-layers';
import { TfCompressionOp } from '../training/compression-op.ts';
import { type VariableSpec, variableSpecs } from '../training/compression-variables.ts';
import type { Weight } from '../weight/weight.ts';
import { deploy, deploysAsStock } from './deploy.ts';
import type { CallArguments } from './inner-call.ts';
import { allLayers, configOf, type Layer, type LayerConfig } from './layer.ts';
import { compressedLayerInside } from './layer-args-checks.ts';
import { type KernelSplit, matricesOf } from './layer-kinds.ts';
import type { LayerMatrix } from './layer-matrix.ts';
import { LayerWrapper } from './layer-wrapper.ts';
import { assertModel } from './model-checks.ts';
import type { Preference } from './packed-layer.ts';
import type { Replacement } from './rebuild-model.ts';
import { storedText } from './stored-config.ts';

/** How the matrices of a layer are compressed. */
export interface LayerCompression {
  readonly compressor: MatrixCompressor;
  readonly schedule: CompressionSchedule;
  /** Names of the matrices that are compressed. */
  readonly matrices: readonly string[];
  /** How the kernel of a Conv2D layer is read. */
  readonly split: KernelSplit;
}

/** Arguments of a {@link CompressedLayer}. */
export interface CompressedLayerArgs extends LayerCompression {
  /** The layer whose matrices are compressed, not built yet; it belongs to the new one. */
  readonly layer: Layer;
}

/**
 * A layer around another one, with `α·A + (1−α)·Ŵ` in the place of each compressed matrix A. Dense layers multiply and embeddings look
 * up in A and in the factors; all others read the blended weight. Biases, activations, initializers, regularizers (of A), constraints,
 * state and masks are those of the layer inside.
 *
 * Weights, in order: the trainable ones of the inner layer and the trainable factors; the others of the inner layer, the other
 * factors, alpha and the state of the schedule.
 *
 * Porting note: `keras_layers` of the 2022 library has classes for Dense and Conv2D that compress by input blocks, not by a
 * compressor; this layer is what its eager operator was meant to be part of.
 */
export class CompressedLayer extends LayerWrapper {
  static readonly className = 'CompressedLayer';
  /** Whether something runs the update steps, or who knows it; set by the callback, and by hand in a training loop of one's own. */
  driven: boolean | (() => boolean) = false;
  readonly #compression: LayerCompression;
  #matrices: readonly LayerMatrix[] = [];
  #ops: readonly TfCompressionOp[] = [];
  #trainingWeights: readonly Weight[] = [];
  #inferenceWeights: readonly Weight[] = [];

  /** @throws GCompressError `invalid-option` or `unknown-option` for arguments of another type. */
  constructor(args: CompressedLayerArgs) {
    super(compressedLayerInside(args));
    const { compressor, schedule, matrices, split } = args;
    this.#compression = { compressor, schedule, matrices, split };
  }

  /** One operator a compressed matrix, called `layer/matrix`; they exist once the layer is built. */
  get ops(): readonly TfCompressionOp[] {
    if (this.built) return this.#ops;
    throw new GCompressError('not-ready', {
      where: `layer '${this.name}'`,
      expected: 'a layer that is built',
      actual: 'one without an input shape',
    });
  }

  override get trainableWeights(): LayerVariable[] {
    return this.trainable ? [...this.inner.trainableWeights, ...super.trainableWeights] : [];
  }

  override get nonTrainableWeights(): LayerVariable[] {
    return [...this.inner.nonTrainableWeights, ...super.nonTrainableWeights];
  }

  override build(inputShape: Shape | Shape[]): void {
    super.build(inputShape);
    const { matrices, split } = this.#compression;
    const all = matricesOf(this.inner, split) ?? [];
    this.#matrices = matrices.map(
      (name) => all.find((matrix) => matrix.name === name) ?? unknownMatrix(this, name, all),
    );
    this.#ops = this.#matrices.map((matrix) => this.#createOp(matrix));
    this.#trainingWeights = this.#ops.map((op) => op.weight({ training: true }));
    this.#inferenceWeights = this.#ops.map((op) => op.weight({ training: false }));
    this.replaceWeights(this.#matrices.map(({ weight }) => weight));
  }

  override call(inputs: Tensor | Tensor[], args: CallArguments = {}): Tensor | Tensor[] {
    const training = args.training === true;
    const { driven } = this;
    if (training && !(typeof driven === 'function' ? driven() : driven)) throw undriven(this.name);
    return this.innerCall.run(inputs, args, training ? this.#trainingWeights : this.#inferenceWeights);
  }

  override getConfig(): LayerConfig {
    const { compressor, schedule, matrices, split } = this.#compression;
    const { method, options } = compressor;
    const compression = { method, options, schedule: schedule.config, matrices, split };
    return { ...super.getConfig(), compression: storedText(compression) };
  }

  /** Whether the deployed layer is a `PackedLayer`, which loads with `registerCompressedLayers` alone. */
  get needsLoader(): boolean {
    const matrices = this.ops.map((op) => op.toCompressedMatrixSync());
    return !deploysAsStock(this.inner, configOf(this.inner), matrices, this.#compression.split);
  }

  /**
   * Stock or packed layers that compute what this one computes at alpha 0, with their weights.
   *
   * @param taken names of layers that the model has; those of the new layers are put into it.
   */
  deploy(config: LayerConfig, prefer: Preference, taken = new Set<string>()): Replacement {
    const matrices = this.#matrices.map(({ name, weight }, i) => ({
      name,
      weight,
      compressed: this.ops[i].toCompressedMatrixSync(),
    }));
    const { split } = this.#compression;
    return deploy(this.inner, { config: this.innerConfig(config), matrices, split, prefer, taken });
  }

  protected override disposeWeights(): number {
    for (const op of this.#ops) op.dispose();
    return super.disposeWeights();
  }

  /** Factors, alpha and state become weights of the layer, so that they are compiled, saved and loaded with it. */
  #createOp({ name, weight, view }: LayerMatrix): TfCompressionOp {
    const { compressor, schedule } = this.#compression;
    const opName = `${this.name}/${name}`;
    const specs = variableSpecs(compressor.plan(view.shape));
    const create = (suffix: string, { shape, dtype, trainable, initial }: VariableSpec): Variable => {
      const added = this.addWeight(`${name}/${suffix}`, [...shape], dtype, initializers.zeros(), undefined, trainable);
      // Written rather than initialized, because fast building turns every initializer into zeros
      const value = initial();
      added.write(value);
      value.dispose();
      return added.read() as Variable;
    };
    return new TfCompressionOp(weight.read() as Variable, {
      ...view,
      compressor,
      schedule: schedule.forLayer(opName),
      name: opName,
      variables: {
        matrix: weight.read() as Variable,
        factors: Object.fromEntries(Object.entries(specs.factors).map(([key, spec]) => [key, create(key, spec)])),
        alpha: create('alpha', specs.alpha),
        state: create('schedule_state', specs.state),
      },
    });
  }
}

/** Whether a layer is one of ours, also when it comes from a second copy of this package. */
export function isCompressedLayer(layer: Layer): layer is CompressedLayer {
  return 'ops' in layer && 'driven' in layer && 'deploy' in layer;
}

/**
 * The compressed layers of a model, those of nested models included.
 *
 * @throws GCompressError `invalid-option` for another thing than a model.
 */
export function compressedLayers(model: LayersModel): CompressedLayer[] {
  assertModel(model, 'compressedLayers');
  return allLayers(model).filter(isCompressedLayer);
}

function unknownMatrix({ name: layer }: Layer, name: string, all: readonly LayerMatrix[]): never {
  throw new GCompressError('invalid-option', {
    where: `layer '${layer}'`,
    expected: `matrices among ${all.map((matrix) => matrix.name).join(', ') || 'none'}`,
    actual: `'${name}'`,
  });
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
