// The header of a checkpoint, which describes the training.
import { GCompressError, type JsonObject } from '@gcompress/core';
import type { io } from '@tensorflow/tfjs-core';
import { assertJsonObject } from './json-checks.ts';
import type { HistoryNames } from './training-histories.ts';

/** The description of a training in its checkpoint. */
export interface CheckpointHeader {
  /** Version of the checkpoint format, not of the package. */
  readonly version: number;
  /** Class of the optimizer, with the options that decide which variables it has. */
  readonly optimizer: string;
  /** A description of each variable, in order. */
  readonly variables: readonly { readonly name: string; readonly description: string }[];
  /** JSON that the program gets back when it resumes. */
  readonly progress: JsonObject;
  /** What compressors have seen of the training; absent when none has seen anything. */
  readonly histories?: HistoryNames;
}

type Metadata = NonNullable<io.ModelArtifacts['userDefinedMetadata']>;

const VERSION = 1;

/** Key of the header in the model's metadata, which every handler of tfjs keeps. */
const KEY = 'gcompress/checkpoint';

/** The metadata of a model with the header added. */
export function withHeader(metadata: Metadata | undefined, header: Omit<CheckpointHeader, 'version'>): Metadata {
  return { ...metadata, [KEY]: { version: VERSION, ...header } };
}

/**
 * Reads the header of a checkpoint; the file may be anything.
 *
 * @throws GCompressError `file-header` for anything but a checkpoint, `unsupported-version` for a checkpoint of a newer format.
 */
export function readHeader(artifacts: io.ModelArtifacts | null | undefined): CheckpointHeader {
  const metadata = artifacts?.userDefinedMetadata as { [KEY]?: Partial<CheckpointHeader> } | null | undefined;
  const header = metadata?.[KEY];
  if (typeof header !== 'object' || header === null || !Number.isSafeInteger(header.version)) {
    throw notOurs(
      'a checkpoint',
      'a file without the header of a checkpoint',
      'Checkpoints are made by saveCheckpoint and checkpointCallback.',
    );
  }
  if (Number(header.version) > VERSION) {
    throw new GCompressError('unsupported-version', {
      where: 'checkpoint',
      expected: `format ${VERSION} or older`,
      actual: `format ${header.version}`,
      hint: 'Update @gcompress/tfjs.',
    });
  }
  const { optimizer, variables, progress, histories = [] } = header;
  const valid =
    typeof optimizer === 'string' &&
    Array.isArray(variables) &&
    variables.every((entry) => typeof entry?.name === 'string' && typeof entry.description === 'string') &&
    areHistories(histories);
  if (!valid) {
    const fields = Object.keys(header).join(', ').slice(0, 200);
    throw notOurs('optimizer, variables, progress and histories', fields, 'The file is damaged.');
  }
  assertJsonObject('checkpoint progress', progress, 'file-header');
  return header as CheckpointHeader;
}

/** Lists of names, each once. */
function areHistories(value: unknown): value is HistoryNames {
  const isName = (name: unknown) => typeof name === 'string';
  const isList = (names: unknown) =>
    Array.isArray(names) && names.every(isName) && new Set(names).size === names.length;
  return Array.isArray(value) && value.every(isList);
}

function notOurs(expected: string, actual: string, hint: string): GCompressError {
  return new GCompressError('file-header', { where: 'checkpoint', expected, actual, hint });
}
