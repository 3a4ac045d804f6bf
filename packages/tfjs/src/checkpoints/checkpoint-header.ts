// The header of a checkpoint: what the training was.
import { GCompressError, type JsonObject } from '@gcompress/core';
import type { io } from '@tensorflow/tfjs-core';
import { assertJsonObject } from './json-checks.ts';
import type { HistoryNames } from './training-histories.ts';

/** What a checkpoint says of itself. */
export interface CheckpointHeader {
  /** Of the format of checkpoints, not of the package. */
  readonly version: number;
  /** Class of the optimizer, and what else its state depends on. */
  readonly optimizer: string;
  /** What each variable is, in their order. */
  readonly variables: readonly { readonly name: string; readonly description: string }[];
  /** What the program that saved it wants to know when it goes on. */
  readonly progress: JsonObject;
  /** What compressors have seen of the training; absent when none has seen anything. */
  readonly histories?: HistoryNames;
}

type Metadata = NonNullable<io.ModelArtifacts['userDefinedMetadata']>;

const VERSION = 1;

/** Where the header is among the metadata of a model, which every handler of tfjs keeps. */
const KEY = 'gcompress/checkpoint';

/** The metadata of a model with the header added. */
export function withHeader(metadata: Metadata | undefined, header: Omit<CheckpointHeader, 'version'>): Metadata {
  return { ...metadata, [KEY]: { version: VERSION, ...header } };
}

/**
 * The header of a checkpoint; the file may be of any kind.
 *
 * @throws GCompressError `file-header` for anything but a checkpoint, `unsupported-version` for one of a newer format.
 */
export function readHeader(artifacts: io.ModelArtifacts | null | undefined): CheckpointHeader {
  const metadata = artifacts?.userDefinedMetadata as { [KEY]?: Partial<CheckpointHeader> } | null | undefined;
  const header = metadata?.[KEY];
  if (typeof header !== 'object' || header === null || !Number.isSafeInteger(header.version)) {
    throw notOurs(
      'a checkpoint',
      'a model, or something else',
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
