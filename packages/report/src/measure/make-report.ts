// Makes the data of a report from a model and its packed file.
import { GCompressError, partialProgress, reportProgress } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { packedContents } from '@gcompress/packed/contents';
import { packedModel } from '@gcompress/packed/load';
import { readModel } from '@gcompress/packed/weights';
import { loadKernels } from '@gcompress/wasm-kernels/load';
import type { io } from '@tensorflow/tfjs-core';
import { REPORT_VERSION, type ReportData, type ReportedWeight, type ReportedWork } from '../data/report-data.ts';
import { type ByteCompressors, fileBytes, stockBytes } from '../forms/form-bytes.ts';
import { stockRivals } from '../forms/stock-rivals.ts';
import { reportWeights, type WeightPair } from '../weights/report-weights.ts';
import type { MultiplyAdds } from '../work/counted.ts';
import { completeOptions, type ReportOptions, WHERE } from './report-options.ts';

/**
 * Makes the data of a report: bytes of all forms, errors, histograms and singular values of the weights. The same model, file and options
 * give the same data; nothing is changed.
 *
 * ```ts
 * const data = await reportData(artifacts, bytes, { compressors: { gzip: promisify(gzip) } });
 * await writeFile('report.html', reportHtml(data));
 * ```
 *
 * @param original the artifacts that the `load()` of an IOHandler returns.
 * @param packed the bytes of the packed file.
 * @throws GCompressError `invalid-option` and `unknown-option`; `shape-mismatch` if the file holds another model; the errors of
 *   `packedModel` for a damaged file; the signal's reason when aborted.
 */
export async function reportData(
  original: io.ModelArtifacts,
  packed: Uint8Array,
  options: ReportOptions = {},
): Promise<ReportData> {
  const { title, models, commands, formats, compressors, records, work, ...others } = completeOptions(options);
  const { memory, latency, evaluation, spectra, kernels, ...listeners } = others;
  const { signal } = listeners;
  if (!(packed instanceof Uint8Array)) {
    throw new GCompressError('invalid-option', {
      where: `${WHERE} packed`,
      expected: 'the bytes of a packed file in a Uint8Array',
      actual: describeValue(packed),
    });
  }
  const before = readModel(WHERE, original);
  reportProgress(listeners, 0);
  const [stored, artifacts] = [
    await packedContents(packed, { ...(signal && { signal }) }),
    await packedModel(packed, { formats, ...(signal && { signal }) }).load?.(),
  ];
  const after = readModel(WHERE, artifacts as io.ModelArtifacts);
  const pairs = pairsOf(before.weights, after.weights, stored.weights);
  const forms = await formBytes(original, packed, compressors);
  reportProgress(listeners, 0.2);
  const weights = await reportWeights(pairs, before.kernels, {
    records: new Map(records.map((record) => [record.name, record])),
    multiplyAdds: work?.counted ?? new Map(),
    spectra,
    kernels: spectra ? await loadKernels(kernels) : undefined,
    ...partialProgress(listeners, 0.2, 1),
  });
  return {
    version: REPORT_VERSION,
    title,
    models,
    commands,
    forms,
    headerBytes: packed.length - stored.weightBytes,
    weights,
    ...(work && { work: workOf(work, weights) }),
    ...(memory && { memory }),
    ...(latency && { latency }),
    ...(evaluation && { evaluation }),
  };
}

async function formBytes(
  original: io.ModelArtifacts,
  packed: Uint8Array,
  compressors: ByteCompressors,
): Promise<ReportData['forms']> {
  const { float16, uint8 } = stockRivals(original);
  return [
    { form: 'original', bytes: await stockBytes(original, compressors) },
    { form: 'float16', bytes: await stockBytes(float16, compressors) },
    { form: 'uint8', bytes: await stockBytes(uint8, compressors) },
    { form: 'packed', bytes: await fileBytes([packed], compressors) },
  ];
}

/** The weights of both models by name; both must have the same. */
function pairsOf(
  before: readonly WeightPair['before'][],
  after: readonly WeightPair['after'][],
  stored: readonly WeightPair['stored'][],
): WeightPair[] {
  const others = new Map(after.map((weight, i) => [weight.name, { after: weight, stored: stored[i] }]));
  const pairs = before.map((weight) => {
    const other = others.get(weight.name);
    if (other?.after.shape.join() === weight.shape.join()) return { before: weight, ...other } as WeightPair;
    throw new GCompressError('shape-mismatch', {
      where: WHERE,
      expected: `'${weight.name}' [${weight.shape.join(', ')}] in the packed file`,
      actual: other ? `[${other.after.shape.join(', ')}]` : 'no weight of this name',
      hint: 'Pass the packed form of the same model.',
    });
  });
  if (pairs.length === after.length) return pairs;
  throw new GCompressError('shape-mismatch', {
    where: WHERE,
    expected: `${pairs.length} weights in the packed file`,
    actual: `${after.length}`,
    hint: 'Pass the packed form of the same model.',
  });
}

function workOf({ counted, uncounted }: MultiplyAdds, weights: readonly ReportedWeight[]): ReportedWork {
  const sum = (count: (weight: ReportedWeight) => number) =>
    weights.reduce((total, weight) => total + (counted.has(weight.name) ? count(weight) : 0), 0);
  return {
    multiplyAdds: sum(({ multiplyAdds = 0 }) => multiplyAdds),
    withFactors: sum(multiplyAddsWithFactors),
    uncounted: Object.fromEntries(uncounted),
  };
}

/** Multiply-adds of a weight of low rank as two factors, if these are fewer; otherwise those of the dense matrix. */
export function multiplyAddsWithFactors({ shape, multiplyAdds = 0, spectrum }: ReportedWeight): number {
  if (spectrum?.rank === undefined) return multiplyAdds;
  const values = shape.reduce((product, side) => product * side, 1);
  const larger = values / spectrum.count;
  return Math.min(multiplyAdds, Math.round((multiplyAdds * spectrum.rank * (spectrum.count + larger)) / values));
}
