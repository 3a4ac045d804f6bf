// A compressed weight for inference: in its stored form, as factors or as the dense matrix, whichever its layer needs.
import type { CompressedFormat, PackedMatrix } from '@gcompress/core';
import { keep, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { chooseExecution, type Execution, type KernelChoice, type WeightUse } from './choose-execution.ts';
import { DenseWeight } from './dense-weight.ts';
import { FactorWeight } from './factor-weight.ts';
import type { BatchRange, KernelSource, StoredForm, TakenOver } from './inference-kernel.ts';
import { KernelWeight } from './kernel-weight.ts';
import { fromMatrix, type MatrixView } from './matrix-view.ts';
import { tfOps } from './tf-ops.ts';
import type { Weight } from './weight.ts';

/** A stored matrix, and the form that its layer holds in memory. */
export interface InferenceSource {
  readonly format: CompressedFormat;
  /** The stored form. */
  readonly form: StoredForm;
  /** The matrix as it is stored, or without entropy coding if it is held so, for unpacking once. */
  stored(): PackedMatrix;
  /** The matrix without entropy coding, which is held from now on. */
  source(): KernelSource;
  /** Frees what a kernel holds now. */
  takeOver(takenOver: TakenOver): void;
}

/** The parts of a weight for inference. */
export interface InferenceWeightParts extends Omit<KernelChoice, 'stored'> {
  readonly source: InferenceSource;
  readonly view: MatrixView;
  /** Shape of the weight in the layer. */
  readonly weightShape: readonly number[];
  /** The only use that the layer makes of the weight. */
  readonly use: WeightUse;
  /** Rows of x, or ids, of the call. */
  readonly batch: number;
  /** What was prepared for other batches. Default: nothing. */
  readonly prepared?: readonly InferenceWeight[];
}

/** A weight for inference, and how it is computed. */
export interface InferenceWeight {
  readonly weight: Weight;
  readonly execution: Execution;
  /** The batches that are computed in this way. */
  readonly batches: BatchRange;
  /** Bytes that the weight holds beside the tensors of its source; 0 if another one for other batches holds them. */
  readonly heldBytes: number;
}

/**
 * A weight that a kernel multiplies by in its stored form, or that holds only the factors, or only the dense matrix, as `chooseExecution`
 * says. Its tensors live until it is disposed, because layers are called in a tidy.
 */
export function inferenceWeight(parts: InferenceWeightParts): InferenceWeight {
  const { source, use, view, weightShape, prefer, batch, prepared = [] } = parts;
  const { format, form } = source;
  const kernelChoice = { ...parts, stored: form };
  // Without entropy coding where each call unpacks again
  const factors = once(() => format.unpack(prefer === 'memory' ? source.source().packed() : source.stored()));
  const constantValues = () => Object.values(factors()).reduce((sum, { data }) => sum + data.length, 0);
  const choice = { format, form, use, constantValues, kernel: kernelChoice, batch };
  const { execution, batches, kernel } = chooseExecution(choice);
  const same = prepared.find((one) => one.execution === execution);
  if (same) return { ...same, batches, heldBytes: 0 };
  if (kernel) {
    const weight = new KernelWeight({ kernel, source: source.source(), view, weightShape });
    const { takenOver } = weight;
    if (takenOver) source.takeOver(takenOver);
    return { weight, execution, batches, heldBytes: weight.heldBytes };
  }
  const tensors = () =>
    Object.fromEntries(
      Object.entries(factors()).map(([name, { data, shape, dtype }]) => [name, tensor(data, [...shape], dtype)]),
    );
  if (execution === 'factors') {
    const kept = tidy(() =>
      Object.fromEntries(Object.entries(tensors()).map(([name, factor]) => [name, keep(factor)])),
    );
    const weight = new FactorWeight(
      { format, form, view, weightShape, factors: kept, constant: true },
      Object.values(kept),
    );
    return { weight, execution, batches, heldBytes: bytesOf(Object.values(kept)) };
  }
  const dense = tidy(() => keep(fromMatrix(format.reconstruct(tfOps, tensors(), form), weightShape, view)));
  return { weight: new DenseWeight(() => dense, view, [dense]), execution, batches, heldBytes: bytesOf([dense]) };
}

function bytesOf(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, { size }) => sum + 4 * size, 0);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
