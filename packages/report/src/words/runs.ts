// Times and memory of loaded forms as rows of a table, and in a sentence.
import type { ReportData } from '../data/report-data.ts';
import { LOADED_FORMS, LOADED_NAMES, type LoadedForm } from './forms.ts';
import { bytesText, pluralText, timeText } from './numbers.ts';

/** A cell: what was measured, and the quartiles of a time. */
export interface LoadedCell {
  readonly value: string;
  readonly range?: string;
}

/** A row for each loaded form that was measured, with a cell for each head. */
export interface LoadedRows {
  readonly heads: readonly string[];
  readonly rows: readonly { readonly form: LoadedForm; readonly name: string; readonly cells: readonly LoadedCell[] }[];
}

const NOTHING: LoadedCell = { value: '–' };

/** The table of times and memory. */
export function loadedRows({ memory, latency }: Pick<ReportData, 'memory' | 'latency'>): LoadedRows {
  const batches = latency?.batches ?? [];
  const forms = LOADED_FORMS.filter((form) => form !== 'packedLayers' || memory?.packedLayers !== undefined);
  const bytesCell = (bytes: number | undefined) => (bytes === undefined ? NOTHING : { value: bytesText(bytes) });
  return {
    heads: [...(memory ? ['weights in memory'] : []), ...batches.map(({ batch }) => pluralText(batch, 'example'))],
    rows: forms.map((form) => ({
      form,
      name: LOADED_NAMES[form],
      cells: [
        ...(memory ? [bytesCell(memory[form])] : []),
        ...batches.map((times): LoadedCell => {
          if (form === 'packedLayers') return NOTHING;
          const { median, low, high } = times[form];
          return { value: timeText(median), range: `${timeText(low)} to ${timeText(high)}` };
        }),
      ],
    })),
  };
}

/** Where and how times and memory were measured. */
export function runsSentence({ memory, latency }: Pick<ReportData, 'memory' | 'latency'>): string {
  const sentences: string[] = [];
  if (latency) {
    const counts = [...new Set(latency.batches.map(({ runs }) => runs))].sort((a, b) => a - b).join(' or ');
    sentences.push(
      `Times are medians of ${counts} predictions on ${latency.backend}, ${latency.machine}, with the quartiles in brackets.`,
      'Dense weights of a packed file take the same work as those of the original: a difference within the quartiles may be chance.',
    );
  }
  if (memory) sentences.push('Memory is what the backend holds of the weights after loading.');
  if (memory?.packedLayers !== undefined) {
    sentences.push('Packed layers keep the matrices compressed and unpack each for its call.');
  }
  return sentences.join(' ');
}
