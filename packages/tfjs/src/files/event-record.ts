// Summaries as records of TensorBoard's event files.
import { PbfWriter } from 'pbf';
import type { Histogram, HistogramSummary } from '../summaries/histogram.ts';
import type { Summary } from '../summaries/summary.ts';
import { crc32c } from './crc32c.ts';

/** A number or a histogram, without its step. */
type TaggedValue = Pick<Summary, 'tag' | 'value'> | Pick<HistogramSummary, 'tag' | 'histogram'>;

/**
 * An event of an event file. The first event is the version of the file. Then a run starts at a step, which makes readers drop what an
 * earlier run wrote for this step and later ones. Then come the summaries, one step in each event.
 */
export type TrainingEvent =
  | { readonly fileVersion: string }
  | { readonly startsAt: number }
  | { readonly step: number; readonly summaries: readonly TaggedValue[] };

/**
 * One record of an event file: the event as a protocol buffer, framed as a TFRecord.
 *
 * Source: `event.proto`, `summary.proto` and `record_writer.cc` of TensorFlow.
 *
 * @param time in seconds since 1970.
 */
export function eventRecord(event: TrainingEvent, time: number): Uint8Array {
  const writer = new PbfWriter();
  writer.writeDoubleField(1, time);
  if ('fileVersion' in event) {
    writer.writeStringField(3, event.fileVersion);
  } else if ('startsAt' in event) {
    writer.writeVarintField(2, event.startsAt);
    writer.writeMessage(7, writeSessionStart, undefined);
  } else {
    writer.writeVarintField(2, event.step);
    writer.writeMessage(5, writeSummary, event.summaries);
  }
  return framed(writer.finish());
}

function writeSessionStart(_: undefined, writer: PbfWriter): void {
  writer.writeVarintField(1, 1);
}

function writeSummary(summaries: readonly TaggedValue[], writer: PbfWriter): void {
  for (const summary of summaries) {
    writer.writeMessage(
      1,
      (one) => {
        // As bytes, which are encoded the same way, because pbf 5.1 writes wrong characters from U+40000 on
        writer.writeBytesField(1, Buffer.from(one.tag));
        if ('histogram' in one) writer.writeMessage(5, writeHistogram, one.histogram);
        else writer.writeFloatField(2, one.value);
      },
      summary,
    );
  }
}

function writeHistogram({ min, max, count, sum, sumOfSquares, limits, counts }: Histogram, writer: PbfWriter): void {
  for (const [index, value] of [min, max, count, sum, sumOfSquares].entries())
    writer.writeDoubleField(index + 1, value);
  writer.writePackedDouble(6, [...limits]);
  writer.writePackedDouble(7, [...counts]);
}

/** Length as a 64-bit number, its checksum, the bytes, their checksum; all numbers little-endian. */
function framed(bytes: Uint8Array): Uint8Array {
  const record = new Uint8Array(bytes.length + 16);
  const view = new DataView(record.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(bytes, 12);
  view.setUint32(12 + bytes.length, maskedCrc32c(bytes), true);
  return record;
}

/** The masked checksum: rotated and shifted, because the data may contain checksums itself. */
function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
