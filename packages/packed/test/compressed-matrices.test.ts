// Weights that are already compressed, which pack stores unchanged.
import { kMeans } from '@gcompress/kmeans';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { matrixOfWeight, weightOfMatrix } from '@gcompress/weights';
import type { io } from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { rowDecoder } from '../src/formats/index.ts';
import { pack } from '../src/index.ts';
import { packedModel } from '../src/load/index.ts';
import { graphArtifacts } from './models.ts';

const compressor = kMeans({ levels: 16 });
const SHAPE = [7, 256];

/** The graph with the kernel of its product compressed, and the matrix that this kernel is then. */
function compressedGraph() {
  const artifacts = graphArtifacts();
  const pieces = [...(artifacts.weightData as ArrayBuffer[])];
  const at = artifacts.weightSpecs?.findIndex(({ name }) => name === 'dense/kernel') ?? -1;
  const compressed = compressor.compress(matrixOfWeight(new Float32Array(pieces[at]), SHAPE, true) as never);
  pieces[at] = weightOfMatrix(compressed.decompress(), SHAPE, true).buffer as ArrayBuffer;
  return { artifacts: { ...artifacts, weightData: pieces }, compressed };
}

let graph: ReturnType<typeof compressedGraph>;
beforeAll(() => {
  graph = compressedGraph();
});

it('stores them unchanged, and everything else bit by bit', async () => {
  const { artifacts, compressed } = graph;
  const { bytes, report } = await pack(artifacts, { matrices: new Map([['dense/kernel', compressed]]) });
  const stored = report.weights.find(({ name }) => name === 'dense/kernel');
  expect(stored).toMatchObject({ storedAs: 'kmeans', bytes: compressed.byteLength, maxError: 0 });
  expect(report.weights.filter(({ storedAs }) => storedAs === 'kmeans')).toHaveLength(1);
  const loaded = (await packedModel(bytes, { formats: [rowDecoder(kMeansFormat)] }).load?.()) as io.ModelArtifacts;
  expect(loaded.weightSpecs).toEqual(artifacts.weightSpecs);
  const given = await new Blob(artifacts.weightData).arrayBuffer();
  expect(new Uint8Array(loaded.weightData as ArrayBuffer)).toEqual(new Uint8Array(given));
});

it('compresses other weights with the given method', async () => {
  const matrices = new Map([['dense/kernel', graph.compressed]]);
  const { report } = await pack(graph.artifacts, { matrices, method: kMeans({ levels: 4 }), rest: 'float16' });
  const storedAs = Object.fromEntries(report.weights.map((weight) => [weight.name, weight.storedAs]));
  expect(storedAs).toMatchObject({ table: 'kmeans', 'dense/kernel': 'kmeans', 'conv/bias': 'float16' });
});

it('refuses matrices whose values differ from the weights', async () => {
  const { artifacts, compressed } = graph;
  const original = pack(graphArtifacts(), { matrices: new Map([['dense/kernel', compressed]]) });
  await expect(original).rejects.toThrow(
    /pack matrices 'dense\/kernel': expected the values of the weight, .* Pass the/,
  );
  for (const [name, message] of [
    ['table', 'expected a matrix [50, 7], got [256, 7]'],
    ['gain', "expected matrices of weights of this model, got a matrix of 'gain'"],
    ['nothing', "got a matrix of 'nothing'"],
  ] as const) {
    await expect(pack(artifacts, { matrices: new Map([[name, compressed]]) })).rejects.toThrow(message);
  }
});
