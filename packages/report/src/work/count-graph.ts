// Counts the multiply-adds of a graph model from the shapes of its nodes in a run.
import { type GraphUse, graphUses } from '@gcompress/weights';
import { contraction, valuesOf } from './contraction.ts';
import type { CountedMatrix, MultiplyAdds } from './counted.ts';

/** A tensor as counted. */
export interface CountedTensor {
  readonly shape: readonly number[];
  dispose(): void;
}

/** A graph model as counted. */
export interface CountedGraph {
  readonly inputs: readonly { readonly name: string }[];
  execute(inputs: never, outputs: string[]): CountedTensor | CountedTensor[];
  executeAsync(inputs: never, outputs: string[]): Promise<CountedTensor | CountedTensor[]>;
  /** The type of the tensors that it gets. */
  readonly inputTensors?: readonly CountedTensor[];
}

/** Counts a graph model by running it on one example and reading the shapes of the nodes that use a matrix. */
export async function countGraph(
  model: CountedGraph,
  topology: object,
  matrices: ReadonlyMap<string, CountedMatrix>,
  inputs: readonly CountedTensor[],
): Promise<MultiplyAdds> {
  const counted = new Map<string, number>();
  const uncounted = new Map<string, string>();
  const places: { readonly use: GraphUse; readonly output: string; readonly products: number }[] = [];
  for (const use of graphUses(topology)) {
    const matrix = matrices.get(use.weight);
    if (!matrix) continue;
    const products = contraction({ ...matrix, kind: use.kind, swapped: use.swapped });
    const reason = refusal(use, products);
    if (use.kind === 'embedding') counted.set(use.weight, counted.get(use.weight) ?? 0);
    else if (reason !== undefined) uncounted.set(use.weight, reason);
    else places.push({ use, output: outputOf(use), products: products as number });
  }
  const outputs = [...new Set(places.map(({ output }) => output))];
  if (outputs.length > 0) {
    const shapes = await shapesOf(model, inputs, outputs);
    for (const { use, output, products } of places) {
      const values = valuesOf(shapes.get(output)) ?? 0;
      counted.set(use.weight, (counted.get(use.weight) ?? 0) + values * products);
    }
  }
  for (const name of uncounted.keys()) counted.delete(name);
  return { counted, uncounted };
}

function refusal({ node, inFunction }: GraphUse, products: number | undefined): string | undefined {
  if (inFunction) return 'it is used in a function of the graph';
  if (node.op === 'Einsum' || products === undefined) return `${node.op} is not counted`;
  const format = node.attributes.data_format?.s;
  return typeof format === 'string' && /^(NCHW|TkNIVw==)$/.test(format) ? 'its channels come first' : undefined;
}

/** The tensor whose values are counted: the result, or what a transposed convolution gets. */
function outputOf({ node, kind }: GraphUse): string {
  return kind === 'transposed-convolution' ? (node.inputs[2] as string) : node.name;
}

async function shapesOf(
  model: CountedGraph,
  inputs: readonly CountedTensor[],
  outputs: string[],
): Promise<Map<string, readonly number[]>> {
  const named = Object.fromEntries(model.inputs.map(({ name }, i) => [name, inputs[i]]));
  const tensors = [await run(model, named as never, outputs)].flat();
  const shapes = new Map(outputs.map((name, i) => [name, tensors[i]?.shape ?? []]));
  for (const tensor of tensors) tensor.dispose();
  return shapes;
}

/** Runs a graph; one with control flow can only run asynchronously, and TensorFlow.js warns if another one does. */
function run(model: CountedGraph, inputs: never, outputs: string[]): ReturnType<CountedGraph['executeAsync']> {
  try {
    return Promise.resolve(model.execute(inputs, outputs));
  } catch {
    return model.executeAsync(inputs, outputs);
  }
}
