// A layer that is compressed while it trains.
import { type FactorizationPlan, GCompressError, type MatrixCompressor } from '@gcompress/core';
import type { CompressionSchedule } from '@gcompress/scheduler';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, type Shape } from '@tensorflow/tfjs-layers';
import { TfCompressionOp } from '../../training/compression-op.ts';
import { type VariableSpec, variableSpecs } from '../../training/compression-variables.ts';
import type { Weight } from '../../weight/weight.ts';
import type { KernelSplit } from '../../weight/weight-views.ts';
import { storedText } from '../saved/layer-config.ts';
import type { Layer, LayerConfig } from '../weights/clone-layer.ts';
import type { LayerMatrix } from '../weights/compressible-layer.ts';
import { matricesOf } from '../weights/layer-matrices.ts';
import type { CallArguments } from './inner-call.ts';
import { compressedLayerInside } from './layer-args-checks.ts';
import { LayerWrapper } from './layer-wrapper.ts';

/** How the matrices of a layer are compressed. */
export interface LayerCompression {
  readonly compressor: MatrixCompressor;
  readonly schedule: CompressionSchedule;
  /** Names of the matrices to compress. */
  readonly matrices: readonly string[];
  /** How the kernel of a Conv2D layer is read. */
  readonly split: KernelSplit;
}

/** Arguments of a {@link CompressedLayer}. */
export interface CompressedLayerArgs extends LayerCompression {
  /** The layer whose matrices are compressed. It must not be built yet, and then belongs to the new layer. */
  readonly layer: Layer;
}

/**
 * A layer around an inner layer, with `α·A + (1−α)·Ŵ` in the place of each compressed matrix A. Dense layers multiply by A and by the
 * factors, embeddings look up in both; all other layers read the blended weight. The inner layer keeps its biases, activations,
 * initializers, regularizers (of A), constraints, state and masks.
 *
 * Weights, in order: the trainable weights of the inner layer and the trainable factors; the fixed weights of the inner layer, the fixed
 * factors, alpha and the state of the schedule.
 *
 * Porting note: `keras_layers` of the 2022 library has classes for Dense and Conv2D that compress by input blocks, not by a
 * compressor. This layer does for any compressor what the eager operator of that library was meant for.
 */
export class CompressedLayer extends LayerWrapper {
  static readonly className = 'CompressedLayer';
  /**
   * True if a callback runs the update steps of {@link ops}, or a function that returns this. The compression callback sets it. A layer
   * without an updater refuses to train.
   */
  hasUpdater: boolean | (() => boolean) = false;
  readonly #compression: LayerCompression;
  readonly #plans: ReadonlyMap<string, FactorizationPlan>;
  #matrices: readonly LayerMatrix[] = [];
  #ops: readonly TfCompressionOp[] = [];
  #trainingWeights: readonly Weight[] = [];
  #inferenceWeights: readonly Weight[] = [];

  /**
   * @param plans the compressor's plans of the matrices by name, if the caller made them already.
   * @throws GCompressError `invalid-option` or `unknown-option` for arguments of another type.
   */
  constructor(args: CompressedLayerArgs, plans: ReadonlyMap<string, FactorizationPlan> = new Map()) {
    super(compressedLayerInside(args));
    const { compressor, schedule, matrices, split } = args;
    this.#compression = { compressor, schedule, matrices, split };
    this.#plans = plans;
  }

  /** One operator for each compressed matrix, named `layer/matrix`; they exist after the layer is built. */
  get ops(): readonly TfCompressionOp[] {
    if (this.built) return this.#ops;
    throw new GCompressError('not-ready', {
      where: `layer '${this.name}'`,
      expected: 'a layer that is built',
      actual: 'a layer without an input shape',
    });
  }

  /** The weights of the inner layer that are compressed, in the order of {@link ops}. */
  get compressedWeights(): readonly {
    readonly name: string;
    readonly weight: LayerVariable;
    readonly op: TfCompressionOp;
  }[] {
    return this.ops.map((op, i) => ({ name: this.#matrices[i].name, weight: this.#matrices[i].weight, op }));
  }

  /** How the kernel of a Conv2D layer is read. */
  get split(): KernelSplit {
    return this.#compression.split;
  }

  override get trainableWeights(): LayerVariable[] {
    return this.trainable ? [...this.inner.trainableWeights, ...super.trainableWeights] : [];
  }

  override get nonTrainableWeights(): LayerVariable[] {
    return [...this.inner.nonTrainableWeights, ...super.nonTrainableWeights];
  }

  override build(inputShape: Shape | Shape[]): void {
    super.build(inputShape);
    const { matrices } = this.#compression;
    const all = matricesOf(this.inner) ?? [];
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
    const { hasUpdater } = this;
    if (training && !(typeof hasUpdater === 'function' ? hasUpdater() : hasUpdater)) throw withoutUpdater(this.name);
    return this.innerCall.run(inputs, args, training ? this.#trainingWeights : this.#inferenceWeights);
  }

  override getConfig(): LayerConfig {
    const { compressor, schedule, matrices, split } = this.#compression;
    const { method, options } = compressor;
    const compression = { method, options, schedule: schedule.config, matrices, split };
    return { ...super.getConfig(), compression: storedText(compression) };
  }

  protected override disposeWeights(): number {
    for (const op of this.#ops) op.dispose();
    return super.disposeWeights();
  }

  /** Makes an operator whose factors, alpha and state are weights of the layer, so that they are compiled, saved and loaded with it. */
  #createOp({ name, weight, viewAs }: LayerMatrix): TfCompressionOp {
    const { compressor, schedule, split } = this.#compression;
    const view = viewAs(split);
    const opName = `${this.name}/${name}`;
    const plan = this.#plans.get(name) ?? compressor.plan(view.shape);
    const specs = variableSpecs(plan);
    const create = (suffix: string, { shape, dtype, trainable, initial }: VariableSpec): Variable => {
      const added = this.addWeight(`${name}/${suffix}`, [...shape], dtype, initializers.zeros(), undefined, trainable);
      // Written instead of initialized, because fast building replaces every initializer by zeros
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
      plan,
      variables: {
        matrix: weight.read() as Variable,
        factors: Object.fromEntries(Object.entries(specs.factors).map(([key, spec]) => [key, create(key, spec)])),
        alpha: create('alpha', specs.alpha),
        state: create('schedule_state', specs.state),
      },
    });
  }
}

/** True if a layer is a `CompressedLayer`, also from a second copy of this package. */
export function isCompressedLayer(layer: Layer): layer is CompressedLayer {
  return 'ops' in layer && 'hasUpdater' in layer;
}

function unknownMatrix({ name: layer }: Layer, name: string, all: readonly LayerMatrix[]): never {
  throw new GCompressError('invalid-option', {
    where: `layer '${layer}'`,
    expected:
      all.length > 0 ? `a matrix among ${all.map((matrix) => matrix.name).join(', ')}` : 'a layer with matrices',
    actual: `matrix '${name}'`,
  });
}

function withoutUpdater(name: string): GCompressError {
  return new GCompressError('not-ready', {
    where: `layer '${name}'`,
    expected: 'training with the compression callback',
    actual: 'training without it',
    hint:
      'Pass the `callback` that compressModel returned, or compressionCallback(model), to fit; in a loop of your own call its ' +
      'onTrainBegin() before, onBatchEnd() after every step, and onTrainEnd() after the training.',
  });
}
