// The part of a graph model's public interface that calibration uses.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import type { io, Tensor } from '@tensorflow/tfjs-core';
import type { ModelInput } from '../observed/observed.ts';

/** The members of a graph model that `calibrate` uses; `tf.GraphModel` has them. */
export interface CalibratedGraph {
  readonly inputs: readonly {
    readonly name: string;
    readonly shape?: readonly (number | null)[];
    readonly dtype?: string;
  }[];
  /** Keys of the inputs, in the order of `inputs`. */
  readonly inputNodes: readonly string[];
  /** Tensors of the constants, by the name of their node. */
  readonly weights: Readonly<Record<string, readonly Tensor[]>>;
  readonly modelSignature: object;
  /** Names outputs of nodes, such as `conv:0`. */
  execute(inputs: Tensor[], outputs: string[]): Tensor | Tensor[];
  executeAsync(inputs: Tensor[], outputs: string[]): Promise<Tensor | Tensor[]>;
  save(handler: io.IOHandler): Promise<io.SaveResult>;
}

/** Whether a value is a graph model of TensorFlow.js. */
export function isGraphModel(model: unknown): model is CalibratedGraph {
  const { inputs, inputNodes, weights, execute, executeAsync, save } = (model ?? {}) as Partial<CalibratedGraph>;
  const isCallable = [execute, executeAsync, save].every((method) => typeof method === 'function');
  return isCallable && Array.isArray(inputs) && Array.isArray(inputNodes) && typeof weights === 'object';
}

/** The artifacts that a graph model was loaded from; `save` passes them on without copying the weights. */
export async function graphArtifacts(model: CalibratedGraph): Promise<io.ModelArtifacts> {
  let artifacts: io.ModelArtifacts | undefined;
  await model.save({
    save: async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  });
  if (typeof artifacts?.modelTopology === 'object' && artifacts.modelTopology !== null) return artifacts;
  throw new GCompressError('unsupported', {
    where: 'calibrate model',
    expected: 'a graph model with a topology in JSON',
    actual: describeValue(artifacts?.modelTopology),
  });
}

/** The node of an output such as `split:1`. */
export function nodeName(output: string): string {
  return output.split(':')[0];
}

/** The inputs that a caller must pass, without resources, which belong to the model. */
export function modelInputs({ inputs, inputNodes, modelSignature }: CalibratedGraph): ModelInput[] {
  const { inputs: signed = {} } = (modelSignature ?? {}) as {
    readonly inputs?: Readonly<Record<string, { readonly resourceId?: unknown } | undefined>>;
  };
  return inputs
    .filter((_, at) => signed[inputNodes[at]]?.resourceId === undefined)
    .map(({ name, shape, dtype }) => ({ name, shape, dtype }));
}
