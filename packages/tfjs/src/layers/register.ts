import { type CompressionMethod, createFormatRegistry, GCompressError, type MatrixCompressor } from '@gcompress/core';
import { type ScheduleFactory, scheduleFromConfig } from '@gcompress/scheduler';
import { serialization } from '@tensorflow/tfjs-core';
import { CompressedDense, type CompressedDenseArgs } from './compressed-dense.ts';
import { PackedDense, type PackedDenseArgs } from './packed-dense.ts';
import { parseCompression, parsePacked } from './stored-config.ts';

/** A method as it is handed over: anything with its name, its format, and a call that takes its options. */
export type AnyMethod = Pick<CompressionMethod, 'method' | 'format'> & ((options: never) => MatrixCompressor);

/**
 * Tells tfjs how to load models with compressed layers; call it once before `loadLayersModel`. Only files that use these methods
 * can be loaded. tfjs keeps classes in a map of its own, so a second call replaces the first.
 *
 * @param methods the methods whose models may be loaded.
 * @param schedules makers of schedules that are not of `@gcompress/scheduler`.
 */
export function registerCompressedLayers(
  methods: readonly AnyMethod[],
  schedules: readonly ScheduleFactory<never>[] = [],
): void {
  const formats = createFormatRegistry(methods);
  const known = new Map(methods.map((method) => [method.method, method]));
  const ids = new Map(methods.map((method) => [method.format.id, method.format]));

  class LoadedCompressedDense extends CompressedDense {
    static override fromConfig<T extends serialization.Serializable>(
      _cls: serialization.SerializableConstructor<T>,
      { compression, ...args }: serialization.ConfigDict,
    ): T {
      const { method, options, schedule } = parseCompression(compression);
      const create = known.get(method);
      if (!create) throw unknown(`method '${method}'`, [...known.keys()]);
      const compressor = create(options as never);
      const made = { ...args, compressor, schedule: scheduleFromConfig(schedule, schedules) };
      return new CompressedDense(made as unknown as CompressedDenseArgs) as unknown as T;
    }
  }
  class LoadedPackedDense extends PackedDense {
    static override fromConfig<T extends serialization.Serializable>(
      _cls: serialization.SerializableConstructor<T>,
      { packed, ...args }: serialization.ConfigDict,
    ): T {
      const { format: id, ...form } = parsePacked(packed);
      const format = ids.get(id);
      if (!format) throw unknown(`format '${id}'`, formats.ids);
      return new PackedDense({ ...args, format, packed: form } as unknown as PackedDenseArgs) as unknown as T;
    }
  }
  serialization.registerClass(LoadedCompressedDense);
  serialization.registerClass(LoadedPackedDense);
}

function unknown(what: string, known: readonly string[]): GCompressError {
  return new GCompressError('unknown-format', {
    where: 'loadLayersModel',
    expected: `a model that uses ${known.join(', ') || 'no method at all'}`,
    actual: what,
    hint: 'Install the package of this method and pass it to registerCompressedLayers.',
  });
}
