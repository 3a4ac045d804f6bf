// Describes each weight of a model before and after packing.
import type { Kernels, Matrix, ProgressOptions } from '@gcompress/core';
import { partialProgress, reportProgress } from '@gcompress/core';
import type { StoredWeight } from '@gcompress/packed/contents';
import { differences, floatValues, type ModelContents, type ModelWeight, takingTurns } from '@gcompress/packed/weights';
import { type MatrixWeight, matrixOfWeight } from '@gcompress/weights';
import type { ReportedWeight } from '../data/report-data.ts';
import { histogramOf, mostColumnLevels } from './histogram.ts';
import { reasonFor } from './reasons.ts';
import { spectrumOf } from './spectrum.ts';

/** What a compression told about a weight: a part of the reports of `pack` and `compressNow`. */
export interface WeightRecord {
  readonly name: string;
  readonly outputError?: number;
  readonly notes?: readonly string[];
}

/** Weights of the original and of the packed file, in the order of the original. */
export interface WeightPair {
  readonly before: ModelWeight;
  readonly after: ModelWeight;
  readonly stored: StoredWeight;
}

/** How weights are described. */
export interface WeightOptions extends ProgressOptions {
  readonly records: ReadonlyMap<string, WeightRecord>;
  readonly multiplyAdds: ReadonlyMap<string, number>;
  readonly spectra: boolean;
  readonly kernels: Kernels | undefined;
}

/** Describes all weights. */
export async function reportWeights(
  pairs: readonly WeightPair[],
  kernels: ModelContents['kernels'],
  options: WeightOptions,
): Promise<ReportedWeight[]> {
  const turn = takingTurns(options.signal);
  const total = pairs.reduce((sum, { before }) => sum + before.bytes.length, 0);
  const reported: ReportedWeight[] = [];
  let done = 0;
  for (const pair of pairs) {
    const from = done;
    done += pair.before.bytes.length;
    const part = total === 0 ? {} : partialProgress(options, from / total, done / total);
    reported.push(reportWeight(pair, kernels.get(pair.before.name), { ...options, ...part }));
    await turn();
  }
  reportProgress(options, 1);
  return reported;
}

function reportWeight(
  { before, after, stored }: WeightPair,
  kernel: MatrixWeight | undefined,
  { records, multiplyAdds, spectra, kernels, ...progress }: WeightOptions,
): ReportedWeight {
  const { name, shape, dtype } = before;
  const record = records.get(name);
  const [values, storedValues] = [floatValues(before), floatValues(after)];
  const pair = values && storedValues && values.length > 0 ? ([values, storedValues] as const) : undefined;
  const matrices = pair && kernel && pair.map((each) => matrixOfWeight(each, shape, kernel.swapped));
  const [first, second] = (matrices?.every((matrix) => matrix) ? matrices : []) as Matrix[];
  const histogram = pair && (kernel || stored.form) && histogramOf(...pair);
  const spectrum = spectra && first && second && spectrumOf(first, second, kernels, progress);
  const notes = record?.notes ?? [];
  const work = multiplyAdds.get(name);
  const levels = second && stored.form && mostColumnLevels(second.data, second.shape[1]);
  const isRepeated = levels !== undefined && second !== undefined && levels < second.shape[0];
  const [reason, ...others] =
    stored.form || !kernel ? [undefined, ...notes] : [reasonFor(before, stored, notes), ...notes.slice(1)];
  return {
    name,
    shape,
    kind: kernel?.kind ?? 'other',
    ...(kernel && { usedBy: kernel.usedBy }),
    dtype,
    storedAs: stored.storedAs,
    ...(stored.copyOf !== undefined && { copyOf: stored.copyOf }),
    compressed: stored.form !== undefined,
    ...(stored.form && { config: stored.form.config }),
    originalBytes: before.bytes.length,
    bytes: stored.bytes,
    ...(pair && differences(...pair)),
    ...(record?.outputError !== undefined && { outputError: record.outputError }),
    ...(isRepeated && { columnLevels: levels }),
    ...(work !== undefined && { multiplyAdds: work }),
    ...(histogram && { histogram }),
    ...(spectrum && { spectrum }),
    ...(reason !== undefined && { reason }),
    notes: others,
  };
}
