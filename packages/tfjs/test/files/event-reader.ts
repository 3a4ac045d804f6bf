import protobuf from 'protobufjs';
import { RecordReader } from 'tfrecord-stream';

/** The parts of TensorFlow's `event.proto` and `summary.proto` that matter here; readers skip fields that they do not know. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  package tensorflow;
  message Event {
    double wall_time = 1;
    int64 step = 2;
    oneof what {
      string file_version = 3;
      Summary summary = 5;
      SessionLog session_log = 7;
    }
  }
  message SessionLog {
    int32 status = 1;
  }
  message HistogramProto {
    double min = 1;
    double max = 2;
    double num = 3;
    double sum = 4;
    double sum_squares = 5;
    repeated double bucket_limit = 6;
    repeated double bucket = 7;
  }
  message Summary {
    message Value {
      string tag = 1;
      oneof value { float simple_value = 2; HistogramProto histo = 5; }
    }
    repeated Value value = 1;
  }
`);

/** A histogram as TensorFlow calls its parts. */
interface ReadHistogram {
  readonly min: number;
  readonly max: number;
  readonly num: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly bucketLimit: readonly number[];
  readonly bucket: readonly number[];
}

/** An event; fields that are not written have their defaults, but of those of which an event has one there is one. */
export interface ReadEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly fileVersion?: string;
  readonly sessionLog?: { readonly status: number };
  readonly summary?: {
    readonly value: readonly { readonly tag: string; readonly simpleValue: number; readonly histo?: ReadHistogram }[];
  };
}

/** The events of a file, by readers of others: `tfrecord-stream` checks lengths and checksums, `protobufjs` decodes. */
export async function readEvents(path: string): Promise<ReadEvent[]> {
  const type = root.lookupType('tensorflow.Event');
  const reader = await RecordReader.create(path);
  const events: ReadEvent[] = [];
  for (let record = await reader.readRecord(); record !== null; record = await reader.readRecord()) {
    events.push(type.toObject(type.decode(record), { longs: Number, defaults: true }) as ReadEvent);
  }
  return events;
}
