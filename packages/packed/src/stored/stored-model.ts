// Reads a packed file without decoding the matrices that a program takes in their stored form.
import type { JsonObject, PackedMatrix, Shape2D } from '@gcompress/core';
import type { io } from '@tensorflow/tfjs-core';
import { decodedBytes } from '../container/byte-lengths.ts';
import type { StoredMatrix, StoredTensor } from '../container/header.ts';
import type { Pieces } from '../load/byte-reader.ts';
import { decodeMatrix, packedMatrix } from '../load/decode-matrix.ts';
import { artifactsOf, type ReadOptions, readContents } from '../load/load-artifacts.ts';
import { type PackedModelOptions, readOptions } from '../load/packed-model.ts';
import { assertArgument } from '../load/refusal.ts';
import { assertSource, openSource, type PackedSource } from '../load/source.ts';

/** The description of a compressed matrix, before its bytes are read. */
export interface KeptMatrix {
  /** Name of its weight. */
  readonly name: string;
  /** Shape of its weight. */
  readonly weightShape: readonly number[];
  /** Id of its format. */
  readonly format: string;
  /** Version of its stored form. */
  readonly version: number;
  /** Shape `[m, n]` of the matrix. */
  readonly shape: Shape2D;
  readonly config: JsonObject;
  /** True if the last two axes of the weight are exchanged in the matrix. */
  readonly swapped: boolean;
}

/**
 * Chooses the matrices that stay in their stored form, by the names of their weights. It is called once for each loading, after the header is
 * checked and before any weight is read.
 */
export type ChooseStored = (model: {
  /** `modelTopology` of the artifacts. */
  readonly topology: unknown;
  /** All compressed matrices of the file. */
  readonly matrices: readonly KeptMatrix[];
}) => ReadonlySet<string>;

/** A model whose chosen matrices are in their stored form. */
export interface StoredModel {
  /** The artifacts, without the chosen matrices. */
  readonly artifacts: io.ModelArtifacts;
  /** The chosen matrices by the names of their weights. Their values are not checked yet: `format.unpack` checks them. */
  readonly matrices: ReadonlyMap<string, PackedMatrix>;
}

/** Loads a model from a packed file, as often as it is asked to. */
export interface StoredModelSource {
  load(choose: ChooseStored): Promise<StoredModel>;
}

/**
 * A packed file whose matrices may stay compressed in memory, for `packedLayersModel` of `@gcompress/tfjs/layers`.
 *
 * ```ts
 * const model = await tf.loadLayersModel(packedLayersModel(storedModel('https://example.org/small.gcm')));
 * ```
 *
 * @param source as for `packedModel` of the `./load` entry; `fileSource` of the `./node` entry reads a path.
 * @param options as for `packedModel`. `formats` decode the matrices that are not chosen.
 * @throws GCompressError `invalid-option`, `unknown-option`; from `load`, the errors of `packedModel`.
 */
export function storedModel(source: PackedSource, options: PackedModelOptions = {}): StoredModelSource {
  const read = readOptions('storedModel', options);
  assertSource('storedModel', source);
  return {
    async load(choose) {
      assertArgument(typeof choose === 'function', 'storedModel choose', 'a function', choose);
      return readStored(openSource(source, read.signal), read, choose);
    },
  };
}

async function readStored(source: Pieces, options: ReadOptions, choose: ChooseStored): Promise<StoredModel> {
  const matrices = new Map<string, PackedMatrix>();
  let isChosen: (tensor: StoredTensor) => boolean = () => false;
  const contents = await readContents(source, options, ({ model, weights }) => {
    const names: unknown = choose({ topology: model.modelTopology, matrices: weights.flatMap(describe) });
    assertArgument(names instanceof Set, 'storedModel choose', 'a set of names', names);
    isChosen = ([name, , , storage]) => storage?.matrix !== undefined && names.has(name);
    // A copy has no bytes, and its weight may be taken in another form than the one that it copies
    const copied = new Set(weights.flatMap(([, , , storage, from]) => (from === undefined ? [] : storage?.matrix)));
    const forms = new Map<StoredMatrix, { readonly bytes: Uint8Array; readonly packed: PackedMatrix | undefined }>();
    return {
      sizeOf: (tensor) => (isChosen(tensor) ? 0 : decodedBytes(tensor)),
      async decode(matrix, shape, stored, target, decoding, name) {
        // Decoding may write over the bytes
        const { bytes, packed } = forms.get(matrix) ?? {
          bytes: copied.has(matrix) ? stored.slice() : stored,
          packed: undefined,
        };
        const isKept = names.has(name);
        const form = isKept ? (packed ?? packedMatrix(matrix, bytes)) : packed;
        if (copied.has(matrix)) forms.set(matrix, { bytes, packed: form });
        if (form && isKept) matrices.set(name, form);
        else await decodeMatrix(matrix, shape, bytes, target, decoding);
      },
    };
  });
  const header = { ...contents.header, weights: contents.header.weights.filter((tensor) => !isChosen(tensor)) };
  return { artifacts: artifactsOf({ ...contents, header }), matrices };
}

function describe([name, , weightShape, storage]: StoredTensor): KeptMatrix[] {
  if (!storage?.matrix) return [];
  const { format, version, shape, config, swapped = false } = storage.matrix;
  return [{ name, weightShape, format, version, shape, config, swapped }];
}
