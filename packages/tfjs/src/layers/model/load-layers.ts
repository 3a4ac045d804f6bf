// How TensorFlow.js makes compressed and packed layers from a saved model.
import {
  type CompressionMethod,
  createFormatRegistry,
  GCompressError,
  isGCompressError,
  type MatrixCompressor,
} from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { type ScheduleFactory, scheduleFromConfig } from '@gcompress/scheduler';
import { serialization } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { assertInferenceKernels, type InferenceKernel } from '../../weight/inference-kernel.ts';
import { parseCompression, parseInnerLayer, parsePacked } from '../saved/layer-config.ts';
import type { Layer } from '../weights/clone-layer.ts';
import { CompressedLayer } from '../wrapper/compressed-layer.ts';
import { LayerWrapper } from '../wrapper/layer-wrapper.ts';
import { PackedLayer } from '../wrapper/packed-layer.ts';
import { isModel } from './model-layers.ts';

/** Any method: its name, its format, and a call that takes its options. */
export type AnyMethod = Pick<CompressionMethod, 'method' | 'format'> & ((options: never) => MatrixCompressor);

/**
 * Tells tfjs how to load models with compressed layers. Call it once before `loadLayersModel`. Only files that use these methods
 * can be loaded. tfjs keeps one map of classes, so a second call replaces the first.
 *
 * @param methods the methods whose models may be loaded.
 * @param schedules factories of schedules that do not come from `@gcompress/scheduler`.
 * @param inferenceKernels kernels that multiply by packed weights in their stored form. `executionReport` says where they are in use.
 * @throws GCompressError `invalid-option` when an argument is not a list of methods, of schedule factories or of kernels.
 */
export function registerCompressedLayers(
  methods: readonly AnyMethod[],
  schedules: readonly ScheduleFactory<never>[] = [],
  inferenceKernels: readonly InferenceKernel[] = [],
): void {
  assertMethods(methods);
  if (!Array.isArray(schedules)) {
    throw new GCompressError('invalid-option', {
      where: 'registerCompressedLayers schedules',
      expected: 'a list of schedule factories',
      actual: describeValue(schedules),
    });
  }
  assertInferenceKernels('registerCompressedLayers', inferenceKernels);
  const formats = createFormatRegistry(methods);
  const known = new Map(methods.map((method) => [method.method, method]));
  const ids = new Map(methods.map((method) => [method.format.id, method.format]));

  class LoadedCompressedLayer extends CompressedLayer {
    static override fromConfig<T extends serialization.Serializable>(
      _cls: serialization.SerializableConstructor<T>,
      { compression, layer }: serialization.ConfigDict,
    ): T {
      const { method, options, schedule, ...choice } = parseCompression(compression);
      const create = known.get(method);
      if (!create) throw unknown(`method '${method}'`, [...known.keys()]);
      const compressor = fromFile('compression', () => create(options as never));
      const made = {
        ...choice,
        compressor,
        schedule: fromFile('schedule', () => scheduleFromConfig(schedule, schedules)),
      };
      return new CompressedLayer({ ...made, layer: innerLayer(layer) }) as Layer as unknown as T;
    }
  }
  class LoadedPackedLayer extends PackedLayer {
    static override fromConfig<T extends serialization.Serializable>(
      _cls: serialization.SerializableConstructor<T>,
      { packed, layer }: serialization.ConfigDict,
    ): T {
      const { matrices, ...choice } = parsePacked(packed);
      const places = matrices.map(({ name, format: id, ...form }) => {
        const format = ids.get(id);
        if (!format) throw unknown(`format '${id}'`, formats.ids);
        return { name, format, packed: form };
      });
      return new PackedLayer({
        ...choice,
        inferenceKernels,
        layer: innerLayer(layer),
        matrices: places,
      }) as Layer as unknown as T;
    }
  }
  serialization.registerClass(LoadedCompressedLayer);
  serialization.registerClass(LoadedPackedLayer);
}

/** Makes the inner layer, whose class must be registered in tfjs. */
function innerLayer(stored: unknown): Layer {
  const { className, config } = parseInnerLayer(stored);
  const { classNameMap } = serialization.SerializationMap.getMap();
  const [layerClass, fromConfig] = (Object.hasOwn(classNameMap, className) && classNameMap[className]) || [];
  if (!layerClass || !fromConfig) {
    throw new GCompressError('unsupported', {
      where: 'loadLayersModel',
      expected: 'layers of registered classes',
      actual: `a compressed layer of class '${className}', which is not registered`,
      hint: `Call tf.serialization.registerClass(${className}) before loading, in the program that has this class.`,
    });
  }
  const made: unknown = fromFile('inner layer', () => fromConfig(layerClass, config as serialization.ConfigDict));
  if (made instanceof layers.Layer && !isModel(made) && !(made instanceof LayerWrapper)) return made;
  throw new GCompressError('file-header', {
    where: 'configuration of a compressed layer',
    expected: 'an inner layer that can be compressed',
    actual: `a '${className}'`,
    hint: 'The model was written by another program, damaged, or is hostile.',
  });
}

/** Makes what a file describes. Errors of the makers become `file-header`, because the file is at fault. */
function fromFile<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (isGCompressError(cause)) throw cause;
    throw new GCompressError('file-header', {
      where: `${what} in the configuration of a compressed layer`,
      expected: `arguments that make a valid ${what}`,
      actual: `arguments that fail with '${cause instanceof Error ? cause.message.slice(0, 120) : 'an error'}'`,
      hint: 'The model was written by another program, damaged, or is hostile.',
      cause,
    });
  }
}

function assertMethods(methods: unknown): void {
  const other = Array.isArray(methods) ? methods.find((method) => !isMethod(method)) : methods;
  if (Array.isArray(methods) && methods.every(isMethod)) return;
  throw new GCompressError('invalid-option', {
    where: 'registerCompressedLayers methods',
    expected: 'a list of methods, such as [lowRank, kMeans]',
    actual: Array.isArray(methods) ? `a list with ${describeValue(other)}` : describeValue(other),
    hint: 'Pass the methods themselves, not the compressors that they return.',
  });
}

function isMethod(value: unknown): boolean {
  if (typeof value !== 'function') return false;
  const { method, format } = value as Partial<AnyMethod>;
  return typeof method === 'string' && typeof format === 'object' && format !== null;
}

function unknown(what: string, known: readonly string[]): GCompressError {
  return new GCompressError('unknown-format', {
    where: 'loadLayersModel',
    expected: `a model that uses ${known.join(', ') || 'no method at all'}`,
    actual: what,
    hint: 'Install the package of this method and pass it to registerCompressedLayers.',
  });
}
