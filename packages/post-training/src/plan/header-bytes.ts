// The bytes of a packed file before its weights, for a plan that is not compressed yet.
import type { JsonObject, MatrixCompressor } from '@gcompress/core';
import { pack } from '@gcompress/packed';
import { joinedArtifacts, type ModelContents } from '@gcompress/packed/weights';
import type { io } from '@tensorflow/tfjs-core';
import type { Subject } from '../forms/weight-forms.ts';

/**
 * Packs the model without values, each weight with the description that a compressed form would have. Only the lengths of tensors and the
 * checksums of parts differ from the header of the file.
 *
 * @param compressorOf a compressor of each weight, undefined for weights that stay as they are.
 */
export async function estimatedHeaderBytes(
  { model }: ModelContents,
  subjects: readonly Subject[],
  compressorOf: (index: number) => MatrixCompressor | undefined,
): Promise<number> {
  const weights = subjects.map(({ weight: { name, dtype, shape, spec }, matrix }, index) => {
    const compressor = matrix && compressorOf(index);
    const described = compressor ? { matrix: descriptionOf(compressor, matrix.weight.matrix.shape) } : {};
    // A last side of 0, so that the weight has no values
    const entry = { ...spec, ...described, name, dtype, shape: [...shape, 0] };
    return { spec: withoutQuantization(entry) as unknown as io.WeightsManifestEntry, bytes: new Uint8Array() };
  });
  const { report } = await pack(joinedArtifacts(model, weights), { method: () => undefined, rest: 'float32' });
  return report.headerBytes;
}

function descriptionOf(compressor: MatrixCompressor, shape: readonly [number, number]): JsonObject {
  const { config, factors, byteLength } = compressor.plan(shape);
  const tensors = Object.fromEntries(Object.keys(factors).map((name) => [name, ['uint8', byteLength]]));
  return { format: compressor.format.id, version: compressor.format.version, shape: [...shape], config, tensors };
}

function withoutQuantization({ quantization: _, ...entry }: Record<string, unknown>): object {
  return entry;
}
