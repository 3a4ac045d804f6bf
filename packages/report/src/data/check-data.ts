// Checks the data that a report is written from, which may have been stored as JSON.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { REPORT_VERSION, type ReportData } from './report-data.ts';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isRecord: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isList =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const has =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isRecord(value) && Object.entries(checks).every(([key, check]) => check((value as Record<string, unknown>)[key]));
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const isNumbers = isList(isNumber);
const isPair: Check = (value) => isNumbers(value) && (value as unknown[]).length === 2;
const isProportion = has({ value: isNumber, low: isNumber, high: isNumber });
const isPrediction = has({ label: isText, value: isNumber });
/** An infinite error becomes null in JSON. */
const isError: Check = (value) => value === null || isNumber(value);
const isPicture: Check = (value) => isText(value) && /^data:image\/png;base64,[\w+/=]*$/.test(value as string);

const isWeight = has({
  name: isText,
  shape: isNumbers,
  kind: isText,
  usedBy: optional(isText),
  dtype: isText,
  storedAs: isText,
  copyOf: optional(isText),
  compressed: (value) => typeof value === 'boolean',
  config: optional(isRecord),
  originalBytes: isNumber,
  bytes: isNumber,
  relativeError: optional(isError),
  maxError: optional(isError),
  outputError: optional(isError),
  columnLevels: optional(isNumber),
  multiplyAdds: optional(isNumber),
  histogram: optional(has({ range: isPair, before: isNumbers, after: isNumbers, levels: optional(isList(isPair)) })),
  spectrum: optional(has({ before: isNumbers, after: isNumbers, count: isNumber, rank: optional(isNumber) })),
  reason: optional(isText),
  notes: isList(isText),
});
const isFormName: Check = (value) => ['original', 'float16', 'uint8', 'packed'].includes(value as string);
const isForm = has({
  form: isFormName,
  bytes: has({ raw: isNumber, gzip: optional(isNumber), brotli: optional(isNumber) }),
});
const isEvaluation = has({
  inputs: isNumber,
  source: isText,
  classes: (value) => typeof value === 'boolean',
  forms: isList(
    has({
      form: isFormName,
      accuracy: optional(isProportion),
      agreement: optional(isProportion),
      relativeError: isError,
    }),
  ),
  changedInputs: isNumber,
  changed: isList(
    has({
      index: isNumber,
      name: optional(isText),
      before: optional(isPrediction),
      after: optional(isPrediction),
      label: optional(isText),
      relativeError: isError,
      picture: optional(isPicture),
    }),
  ),
});
const isAmount: Check = (value) => isNumber(value) && (value as number) >= 0 && (value as number) < Infinity;
const isSpread = has({ median: isAmount, low: isAmount, high: isAmount });
const isMemory = has({ original: isAmount, packed: isAmount, packedLayers: optional(isAmount) });
const isLatency = has({
  backend: isText,
  machine: isText,
  batches: isList(has({ batch: isAmount, runs: isAmount, original: isSpread, packed: isSpread })),
});
const PARTS: Readonly<Record<string, Check>> = {
  title: isText,
  models: (value) => isList(isText)(value) && (value as unknown[]).length === 2,
  commands: isList(isText),
  forms: (value) => isList(isForm)(value) && (value as unknown[]).length === 4,
  headerBytes: isNumber,
  weights: isList(isWeight),
  work: optional(has({ multiplyAdds: isNumber, withFactors: isNumber, uncounted: isRecord })),
  memory: optional(isMemory),
  latency: optional(isLatency),
  evaluation: optional(isEvaluation),
};

/** Whether a value is the memory of a report. */
export const isReportedMemory: Check = isMemory;
/** Whether a value is the latency of a report. */
export const isReportedLatency: Check = isLatency;

/**
 * Throws for anything but the data of a report.
 *
 * @throws GCompressError `unsupported-version` for data of another version, `invalid-option` for anything else.
 */
export function assertReportData(where: string, data: unknown): asserts data is ReportData {
  const { version } = (isRecord(data) ? data : {}) as Partial<ReportData>;
  if (isNumber(version) && version !== REPORT_VERSION) {
    throw new GCompressError('unsupported-version', {
      where: `${where} data`,
      expected: `version ${REPORT_VERSION}`,
      actual: `${version}`,
    });
  }
  const record = data as Record<string, unknown>;
  const wrong =
    version === undefined ? 'version' : Object.entries(PARTS).find(([key, check]) => !check(record[key]))?.[0];
  if (wrong === undefined) return;
  throw new GCompressError('invalid-option', {
    where: `${where} data`,
    expected: `the result of reportData(), with '${wrong}'`,
    actual: describeValue(isRecord(data) ? record[wrong] : data),
  });
}
