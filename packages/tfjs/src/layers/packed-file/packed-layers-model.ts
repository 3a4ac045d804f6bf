// Loads a packed file as a model with packed layers: the compressed matrices stay compressed in memory.
import { GCompressError, type PackedMatrix } from '@gcompress/core';
import { assertKnownOptions, assertOneOf, assertType, describeValue } from '@gcompress/core/checks';
import type { io } from '@tensorflow/tfjs-core';
import type { Preference } from '../../weight/choose-execution.ts';
import type { AnyMethod } from '../model/load-layers.ts';
import { storedText } from '../saved/layer-config.ts';
import { formOf, wordCount, wordsOf } from '../saved/packed-form.ts';
import { type FileMatrix, type PackedPlace, placesIn } from './packed-places.ts';
import { replaceSavedLayers } from './saved-topology.ts';

/** A file whose compressed matrices can be had in their stored form: what `storedModel` of `@gcompress/packed/stored` returns. */
export interface StoredModelSource {
  /**
   * Reads the file.
   *
   * @param choose the names of the weights whose matrices stay in their stored form; called before any weight is read.
   */
  load(
    choose: (model: { readonly topology: unknown; readonly matrices: readonly FileMatrix[] }) => ReadonlySet<string>,
  ): Promise<{ readonly artifacts: io.ModelArtifacts; readonly matrices: ReadonlyMap<string, PackedMatrix> }>;
}

/** How a compressed matrix of the file was loaded. */
export interface LoadedMatrixReport {
  /** Name of its weight in the file. */
  readonly weight: string;
  /** Id of its format. */
  readonly format: string;
  /** The packed layer that holds it. Undefined if it was decoded. */
  readonly layer?: string;
  /** Why it was decoded to a dense weight. Undefined if it was not. */
  readonly reason?: string;
}

/** Options of {@link packedLayersModel}. */
export interface PackedLayersModelOptions {
  /** What the packed layers optimize. Default `'memory'`: only the packed bytes are held between calls. */
  readonly prefer?: Preference;
  /**
   * The methods that were passed to `registerCompressedLayers`. Matrices of other formats are decoded by the file's loader to dense
   * weights. Without it, loading throws `unknown-format` for a method that was not passed there.
   */
  readonly methods?: readonly Pick<AnyMethod, 'format'>[];
  /** Called with how each compressed matrix was loaded, before the model is made. */
  readonly onReport?: (report: readonly LoadedMatrixReport[]) => void;
}

/**
 * A handler for `tf.loadLayersModel` that makes packed layers of the compressed matrices of a file. Call `registerCompressedLayers` first,
 * with the methods of the file and, if wanted, with inference kernels. Matrices that no packed layer can hold are decoded: kernels of
 * transposed and depthwise convolutions, and weights of custom layers.
 *
 * ```ts
 * registerCompressedLayers([uniform], [], inferenceKernels());
 * const model = await tf.loadLayersModel(packedLayersModel(storedModel('https://example.org/small.gcm')));
 * ```
 *
 * @param source what `storedModel` of `@gcompress/packed/stored` returns.
 * @throws GCompressError `invalid-option`, `unknown-option`; from `load`, the errors of the source, and `file-header` for a topology that
 *   is too deep.
 */
export function packedLayersModel(source: StoredModelSource, options: PackedLayersModelOptions = {}): io.IOHandler {
  const where = 'packedLayersModel';
  assertType(where, 'source', source, 'object', 'Pass what storedModel of @gcompress/packed/stored returns.');
  assertType(`${where} source`, 'load', source.load, 'function');
  assertKnownOptions(where, options, ['prefer', 'methods', 'onReport']);
  const { prefer = 'memory', methods, onReport } = options;
  assertOneOf(where, 'prefer', prefer, ['speed', 'memory']);
  if (onReport !== undefined) assertType(where, 'onReport', onReport, 'function');
  const formats = methods === undefined ? undefined : formatIds(methods);
  return {
    async load() {
      const places = new Map<string, PackedPlace>();
      const { artifacts, matrices } = await source.load(({ topology, matrices: all }) => {
        const placeOf = placesIn(topology);
        const report = all.map((matrix): LoadedMatrixReport => {
          const { name: weight, format } = matrix;
          const known = formats?.has(format) ?? true;
          const place = known ? placeOf(matrix) : `the format '${format}' belongs to none of the methods`;
          if (typeof place === 'string') return { weight, format, reason: place };
          places.set(weight, place);
          return { weight, format, layer: place.layer };
        });
        onReport?.(report);
        return new Set(places.keys());
      });
      return withPackedLayers(artifacts, matrices, places, prefer);
    },
  };
}

interface PlacedMatrix extends PackedPlace {
  readonly packed: PackedMatrix;
}

/** The artifacts with packed layers around the layers that have matrices, and the stored tensors as weights of these. */
function withPackedLayers(
  artifacts: io.ModelArtifacts,
  matrices: ReadonlyMap<string, PackedMatrix>,
  places: ReadonlyMap<string, PackedPlace>,
  prefer: Preference,
): io.ModelArtifacts {
  const placed = [...matrices].map(([name, packed]) => ({ ...(places.get(name) as PackedPlace), packed }));
  const modelTopology = replaceSavedLayers(artifacts.modelTopology, (layer) => {
    const { class_name, config } = layer;
    const ofLayer = placed.filter((place) => place.layer === config.name);
    if (ofLayer.length === 0) return layer;
    const stored = ofLayer.map(({ matrix: name, packed }) => ({ name, format: packed.format, ...formOf(packed) }));
    const packed = storedText({ split: 'filters', prefer, matrices: stored });
    const wrapper = { name: config.name, trainable: false, layer: { class_name, config }, packed };
    return { ...layer, class_name: 'PackedLayer', config: wrapper };
  });
  const words = placed.flatMap(storedWords);
  return {
    ...artifacts,
    modelTopology: modelTopology as object,
    weightSpecs: [...(artifacts.weightSpecs ?? []), ...words.map(({ spec }) => spec)],
    weightData: [artifacts.weightData ?? [], ...words.map(({ bytes }) => bytes)].flat(),
  };
}

/** The stored tensors of a matrix as the weights of a packed layer. */
function storedWords({ scope, matrix, packed }: PlacedMatrix) {
  const { tensors } = formOf(packed);
  return Object.entries(tensors).map(([name, form]) => {
    const { buffer, byteOffset, byteLength } = wordsOf(packed.tensors[name].data);
    const dtype: 'float32' | 'int32' = form.dtype === 'float32' ? 'float32' : 'int32';
    const spec = { name: `${scope}/${matrix}/${name}`, shape: [wordCount(form)], dtype };
    return { spec, bytes: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer };
  });
}

function formatIds(methods: unknown): ReadonlySet<string> {
  const isMethod = (method: unknown) => typeof (method as Partial<AnyMethod> | null)?.format?.id === 'string';
  if (Array.isArray(methods) && methods.every(isMethod)) {
    return new Set(methods.map(({ format }: Pick<AnyMethod, 'format'>) => format.id));
  }
  throw new GCompressError('invalid-option', {
    where: 'packedLayersModel methods',
    expected: 'a list of methods, such as [uniform, kMeans]',
    actual: describeValue(methods),
    hint: 'Pass the list that registerCompressedLayers gets.',
  });
}
