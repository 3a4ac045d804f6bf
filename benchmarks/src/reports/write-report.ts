// Compresses a trained layers model to a size, compares its answers with those of its stock forms, and writes the report.
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { calibrate } from '@gcompress/calibration';
import { pack } from '@gcompress/packed';
import { packedModel } from '@gcompress/packed/load';
import { compressNow } from '@gcompress/post-training';
import { evaluateForms, multiplyAdds, reportData, reportHtml, reportMarkdown, stockRivals } from '@gcompress/report';
import * as tf from '@tensorflow/tfjs';

/** A trained model, and what its report is made with. */
export interface ReportedModel {
  /** Name of the files of the report. */
  readonly name: string;
  readonly title: string;
  /** Where the model comes from. */
  readonly source: string;
  readonly artifacts: tf.io.ModelArtifacts;
  /** Size of the packed file in bytes. */
  readonly bytes: number;
  /** Unlabelled inputs `[n, …]` for calibration. */
  readonly calibration: tf.Tensor;
  /** Inputs `[n, …]` that calibration did not see. */
  readonly inputs: tf.Tensor;
  /** What the inputs are, in words. */
  readonly inputsAre: string;
  readonly labels?: Int32Array;
  readonly classNames: readonly string[];
  readonly batchSize: number;
}

/** The qualities at which `gcompress report` measures too. */
const COMPRESSORS = {
  gzip: (bytes: Uint8Array) => promisify(gzip)(bytes, { level: 9 }),
  brotli: (bytes: Uint8Array) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
};

/** Writes `NAME.html` and `NAME.md` into a folder; returns the bytes of the HTML file. */
export async function writeReport(reported: ReportedModel, folder: URL): Promise<number> {
  const { name, title, source, artifacts, bytes, calibration, inputs, inputsAre, labels, classNames, batchSize } =
    reported;
  const model = await loaded(artifacts);
  const { moments } = await calibrate(model, calibration, { batchSize });
  const best = await compressNow(artifacts, { budget: { bytes }, inputMoments: moments });
  const { bytes: packed } = await pack(best.artifacts, { matrices: best.matrices });
  const { float16, uint8 } = stockRivals(artifacts);
  const answers = async (form: tf.io.ModelArtifacts) => answersOf(await loaded(form), inputs, batchSize);
  const outputs = {
    original: await answers(artifacts),
    float16: await answers(float16),
    uint8: await answers(uint8),
    packed: await answers((await packedModel(packed).load?.()) as tf.io.ModelArtifacts),
  };
  const evaluation = evaluateForms(outputs, {
    source: inputsAre,
    inputs: { shape: inputs.shape, data: (await inputs.data()) as Float32Array },
    classNames,
    ...(labels && { labels }),
  });
  const data = await reportData(artifacts, packed, {
    title,
    models: [source, `${name}.gcm`],
    commands: [
      `await compressNow(model, { budget: { bytes: ${bytes} }, inputMoments }); // ${calibration.shape[0]} unlabelled inputs`,
      'pnpm --filter @gcompress/benchmarks reports',
    ],
    compressors: COMPRESSORS,
    records: best.report.weights,
    evaluation,
    work: await multiplyAdds(model, artifacts),
  });
  const html = new TextEncoder().encode(reportHtml(data));
  writeFileSync(new URL(`${name}.html`, folder), html);
  writeFileSync(new URL(`${name}.md`, folder), reportMarkdown(data));
  model.dispose();
  return html.length;
}

function loaded(artifacts: tf.io.ModelArtifacts): Promise<tf.LayersModel> {
  return tf.loadLayersModel({ load: async () => artifacts });
}

async function answersOf(model: tf.LayersModel, inputs: tf.Tensor, batchSize: number) {
  const answer = model.predict(inputs, { batchSize }) as tf.Tensor;
  const values = { shape: answer.shape, data: (await answer.data()) as Float32Array };
  tf.dispose(answer);
  model.dispose();
  return values;
}
