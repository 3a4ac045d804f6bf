// The data of a whole report of the example, with an evaluation and the work.
import * as tf from '@tensorflow/tfjs';
import { evaluateForms, multiplyAdds, type ReportData, reportData, stockRivals } from '../src/index.ts';
import { exampleArtifacts, exampleInputs, FORMATS, loadedExample, outputsOf, packedExample } from './model.ts';

/** Makes the report; names of weights, classes and commands can be hostile. */
export async function exampleReport({ name = '', classNames = ['a', 'b', 'c', 'd', 'e'] } = {}): Promise<ReportData> {
  const artifacts = await exampleArtifacts();
  const { bytes, report } = await packedExample(artifacts);
  const inputs = exampleInputs(30);
  const rivals = stockRivals(artifacts);
  const outputs = {
    original: await outputsOf(artifacts, inputs),
    float16: await outputsOf(rivals.float16, inputs),
    uint8: await outputsOf(rivals.uint8, inputs),
    packed: await outputsOf(loadedExample(bytes), inputs),
  };
  const labels = Array.from({ length: 30 }, (_, i) => i % 5);
  const model = await tf.loadLayersModel({ load: async () => artifacts });
  return reportData(artifacts, bytes, {
    title: `Example ${name}`,
    models: [`model/${name}`, 'small.gcm'],
    commands: [`gcompress pack model/${name} --out small.gcm`],
    formats: FORMATS,
    records: report.weights,
    work: await multiplyAdds(model as never, artifacts),
    memory: { original: 40_000, packed: 40_000, packedLayers: 9_000 },
    latency: {
      backend: `cpu ${name}`,
      machine: `a machine ${name}`,
      batches: [1, 32].map((batch) => ({
        batch,
        runs: 31,
        original: { median: batch, low: 0.75 * batch, high: 1.5 * batch },
        packed: { median: 2 * batch, low: batch, high: 3 * batch },
      })),
    },
    evaluation: evaluateForms(outputs, { source: `inputs.npy${name}`, inputs, labels, classNames }),
  });
}
