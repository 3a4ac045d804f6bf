// The rows of the results: each network as a file, with its size and accuracy.
import { dequantizeUint8, quantizeUint8 } from '@gcompress/core/hosts';
import type { Digits } from '@gcompress/example-datasets';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { LAYERS, type LayerName } from '../network/architecture.ts';
import { uncompressed } from '../network/dense-format.ts';
import { type StoredNetwork, writeNetwork } from '../network/stored-network.ts';
import { accuracy, storedReadings, uncompressedNetwork } from './tf-network.ts';
import type { ResultRow } from './trainer-api.ts';

/** The dense network as a file of float32, and of bytes: what every compressed form should be compared with. */
export async function denseRows(dense: LayersModel, test: Digits): Promise<ResultRow[]> {
  const network = uncompressedNetwork(dense);
  const quantized = asUint8(network);
  return [
    await resultRow('Dense, float32', network, writeNetwork(network), test),
    await resultRow('Dense, uint8', quantized.network, quantized.bytes, test),
  ];
}

/** A network, its file, and how well it reads. */
export async function resultRow(
  name: string,
  network: StoredNetwork,
  file: Uint8Array,
  test: Digits,
): Promise<ResultRow> {
  return {
    name,
    bytes: file.length,
    gzippedBytes: await gzippedBytes(file),
    accuracy: accuracy(storedReadings(network, test.images), test.labels),
  };
}

/** Weights rounded to 256 levels each matrix; biases stay. */
function asUint8(network: StoredNetwork): { readonly network: StoredNetwork; readonly bytes: Uint8Array } {
  const parts: Uint8Array[] = [];
  const layers = LAYERS.map(({ name }) => {
    const { weights, bias } = network[name];
    const quantized = quantizeUint8(weights.decompress().data);
    const data = dequantizeUint8(quantized);
    const range = Float32Array.of(quantized.scale, quantized.min);
    parts.push(quantized.codes, new Uint8Array(range.buffer), new Uint8Array(bias.buffer));
    return [name, { weights: uncompressed({ shape: weights.shape, data }), bias }] as const;
  });
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { network: Object.fromEntries(layers) as Record<LayerName, StoredNetwork[LayerName]>, bytes };
}

async function gzippedBytes(bytes: Uint8Array): Promise<number> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new CompressionStream('gzip'));
  return (await new Response(stream).arrayBuffer()).byteLength;
}
