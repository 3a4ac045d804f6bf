// Names of the forms of a model, and their bytes in a row.
import type { FormName, ReportData } from '../data/report-data.ts';

/** Names for people. */
export const FORM_NAMES: Readonly<Record<FormName, string>> = {
  original: 'original',
  float16: 'float16',
  uint8: 'uint8',
  packed: 'packed file',
};

/** What the rows of times and memory are about, in order. */
export const LOADED_FORMS = ['original', 'packed', 'packedLayers'] as const;

/** A form of a model once it is loaded. */
export type LoadedForm = (typeof LOADED_FORMS)[number];

/** Names of loaded forms for people. */
export const LOADED_NAMES: Readonly<Record<LoadedForm, string>> = {
  original: FORM_NAMES.original,
  packed: FORM_NAMES.packed,
  packedLayers: `${FORM_NAMES.packed}, with packed layers`,
};

/** Bytes of one form. */
export function bytesOf({ forms }: ReportData, form: FormName): ReportData['forms'][number]['bytes'] {
  return forms.find((each) => each.form === form)?.bytes ?? { raw: 0 };
}

/** Bytes that a page downloads: gzipped by the server for the stock forms; the packed file is compressed already. */
export function downloadBytes(data: ReportData, form: FormName): number {
  const { raw, gzip } = bytesOf(data, form);
  return form === 'packed' ? raw : (gzip ?? raw);
}

/** Name of what a page downloads. */
export function downloadName(data: ReportData, form: FormName): string {
  const isCompressed = form !== 'packed' && bytesOf(data, form).gzip !== undefined;
  return isCompressed ? `${FORM_NAMES[form]} + gzip` : FORM_NAMES[form];
}
