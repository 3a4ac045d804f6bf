// Runs a model on the examples of a file, batch by batch.
import { isGCompressError } from '@gcompress/core';
import { probe } from '@gcompress/packed/probes';
import type { GivenInputs } from '../inputs/input-types.ts';
import { joinExamples } from '../inputs/join-examples.ts';
import type { PlainArray } from '../inputs/plain-array.ts';
import type { OpenedModel } from '../models/opened-model.ts';
import { runnable } from '../models/run-model.ts';
import { inputError, messageOf } from '../process/refusals.ts';

/** The examples that a model is run on. */
export interface Examples {
  readonly inputs: GivenInputs;
  /** Examples in a batch. */
  readonly batchSize: number;
}

/**
 * The first output of a model for all examples, `[n, …]`. The backend must have been started.
 *
 * @throws GCompressError `file-read` if the model cannot run or needs other inputs.
 */
export async function outputsFor(
  opened: OpenedModel,
  { inputs: given, batchSize }: Examples,
  onProgress: (done: number) => void = () => {},
): Promise<PlainArray> {
  const model = await runnable(opened);
  try {
    const inputs = await given.forModel(model);
    const total = inputs[0]?.shape[0] as number;
    const outputs: PlainArray[] = [];
    for (let at = 0; at < total; at += batchSize) {
      const batch = inputs.map((input) => examplesOf(input, at, Math.min(total, at + batchSize)));
      outputs.push((await probe(model, batch)).outputs[0] as PlainArray);
      onProgress(Math.min(1, (at + batchSize) / total));
    }
    return joined(outputs, total, opened.name);
  } catch (cause) {
    if (isGCompressError(cause)) throw cause;
    throw inputError(`'${opened.name}'`, 'a model that answers to these inputs', messageOf(cause));
  } finally {
    model.dispose();
  }
}

function examplesOf({ shape, dtype, data }: PlainArray, from: number, to: number): PlainArray {
  const width = data.length / (shape[0] as number);
  return { shape: [to - from, ...shape.slice(1)], dtype, data: data.slice(from * width, to * width) };
}

function joined(parts: readonly PlainArray[], total: number, name: string): PlainArray {
  const [{ shape }] = parts as [PlainArray];
  if (parts.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0) !== total) {
    throw inputError(`'${name}'`, `an output with ${total} examples`, `the shape [${shape.join(', ')}]`);
  }
  return joinExamples(parts);
}
