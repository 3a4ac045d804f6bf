import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type LayerVariable, layers, type Shape, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { type DirectCall, directCall, type MatrixOperator } from './direct-call.ts';
import { configOf, type Layer, type LayerConfig } from './layer.ts';

/** What a layer is called with. */
export type CallArguments = Readonly<Record<string, unknown>>;

/**
 * A layer around another one that reads other values than its own for some of its weights. All else is that of the inner layer:
 * its inputs and outputs, masks, state and losses.
 */
export abstract class WrappedLayer extends layers.Layer {
  /** The layer inside: stock or of the user, with the name of this one. */
  readonly inner: Layer;
  #direct: DirectCall | undefined;

  constructor(inner: Layer) {
    super({ name: inner.name, trainable: inner.trainable });
    this.inner = inner;
    this.batchInputShape = inner.batchInputShape;
    this.dtype = inner.dtype;
    this.supportsMasking = inner.supportsMasking;
  }

  override get trainable(): boolean {
    return super.trainable;
  }

  override set trainable(value: boolean) {
    super.trainable = value;
    this.inner.trainable = value;
  }

  override get losses(): Layer['losses'] {
    return this.inner.losses;
  }

  override get stateful(): boolean {
    return this.inner.stateful;
  }

  override resetStates(): void {
    this.inner.resetStates();
  }

  override setFastWeightInitDuringBuild(value: boolean): void {
    super.setFastWeightInitDuringBuild(value);
    this.inner.setFastWeightInitDuringBuild(value);
  }

  override build(inputShape: Shape | Shape[]): void {
    this.inner.build(inputShape);
    this.inner.built = true;
    this.inputSpec = this.inner.inputSpec;
    this.#direct = directCall(this.inner);
    super.build(inputShape);
  }

  /** Initial states of a recurrent layer become inputs, as the inner layer does it for itself. */
  override apply(
    inputs: Tensor | Tensor[] | SymbolicTensor | SymbolicTensor[],
    { initialState, ...others }: CallArguments = {},
  ): Tensor | Tensor[] | SymbolicTensor | SymbolicTensor[] {
    const states = Array.isArray(inputs) || initialState === undefined ? [] : [initialState].flat();
    return super.apply(states.length > 0 ? ([inputs, ...states] as Tensor[]) : inputs, others);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return this.inner.computeOutputShape(inputShape);
  }

  override computeMask(inputs: Tensor | Tensor[], mask?: Tensor | Tensor[]): Tensor | Tensor[] {
    return this.inner.computeMask(inputs, mask);
  }

  override getConfig(): LayerConfig {
    return { ...super.getConfig(), layer: { className: this.inner.getClassName(), config: configOf(this.inner) } };
  }

  /** Specifications of the inner layer are for one input; with initial states it checks its inputs itself, when it is called. */
  protected override assertInputCompatibility(inputs: Tensor | Tensor[] | SymbolicTensor | SymbolicTensor[]): void {
    if (!Array.isArray(inputs) || inputs.length === 1) super.assertInputCompatibility(inputs);
  }

  /** The arguments of the inner layer when this one has the given ones. */
  protected innerConfig({ batchInputShape }: LayerConfig): LayerConfig {
    return { ...configOf(this.inner), ...(batchInputShape ? { batchInputShape } : {}) };
  }

  /** What of its matrices is used without the weight as a whole; `undefined` where the weights are needed. */
  protected get directNeeds(): DirectCall['needs'] | undefined {
    return this.#direct?.needs;
  }

  /** The output of the inner layer with these matrices, in the place of these weights of it. */
  protected compute(
    inputs: Tensor | Tensor[],
    args: CallArguments,
    weights: readonly LayerVariable[],
    matrices: readonly MatrixOperator[],
  ): Tensor | Tensor[] {
    const direct = this.#direct;
    return tidy(() => {
      if (direct) return direct.call(Array.isArray(inputs) ? inputs[0] : inputs, matrices[0]);
      // Once a call, though recurrent layers read their weights at every time step
      const values = matrices.map((matrix) => matrix.apply());
      return reading(weights, values, () => this.inner.apply(inputs, { ...args }) as Tensor | Tensor[]);
    });
  }
}

/** Runs something while weights read as other values. An own property hides the method of their class, and is removed again. */
function reading<T>(weights: readonly LayerVariable[], values: readonly Tensor[], run: () => T): T {
  for (const [i, weight] of weights.entries()) weight.read = () => values[i];
  try {
    return run();
  } finally {
    for (const weight of weights) delete (weight as Partial<LayerVariable>).read;
  }
}
