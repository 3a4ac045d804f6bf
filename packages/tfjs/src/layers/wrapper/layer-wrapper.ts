// A layer around an inner layer that replaces the values of some weights.
import { GCompressError } from '@gcompress/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type LayerVariable, layers, type Shape, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { configOf, type Layer, type LayerConfig } from '../weights/clone-layer.ts';
import { type CallArguments, type InnerCall, innerCall } from './inner-call.ts';

/**
 * A layer around an inner layer that replaces the values of some of its weights. It takes everything else from the inner layer:
 * inputs and outputs, masks, state and losses.
 */
export abstract class LayerWrapper extends layers.Layer {
  /** The inner layer, stock or custom, with the same name as this layer. */
  readonly inner: Layer;
  #call: InnerCall | undefined;

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
    super.build(inputShape);
  }

  /** Turns the initial states of a recurrent layer into inputs, as the inner layer does. */
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

  /** Checks only a single input, because the specification describes one input; with initial states the inner layer checks in its call. */
  protected override assertInputCompatibility(inputs: Tensor | Tensor[] | SymbolicTensor | SymbolicTensor[]): void {
    if (!Array.isArray(inputs) || inputs.length === 1) super.assertInputCompatibility(inputs);
  }

  /** The inner layer's arguments, given the arguments of this layer. */
  innerConfig({ batchInputShape }: LayerConfig): LayerConfig {
    return { ...configOf(this.inner), ...(batchInputShape ? { batchInputShape } : {}) };
  }

  /** Subclasses call it in `build`, with the weights of the inner layer that each call replaces. */
  protected replaceWeights(weights: readonly LayerVariable[]): void {
    this.#call = innerCall(this.inner, weights);
  }

  /**
   * The call of the inner layer.
   *
   * @throws GCompressError `not-ready` before the layer is built.
   */
  protected get innerCall(): InnerCall {
    if (this.#call) return this.#call;
    throw new GCompressError('not-ready', {
      where: `layer '${this.name}'`,
      expected: 'a layer that is built',
      actual: 'a layer without an input shape',
    });
  }
}
