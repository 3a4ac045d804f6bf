// The report on a model: compressed matrices, skipped layers, warnings and sizes.
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TfCompressionOp } from '../../training/compression-op.ts';
import { needsLoader } from '../strip/strip-layer.ts';
import type { Layer } from '../weights/clone-layer.ts';
import type { CompressedLayer } from '../wrapper/compressed-layer.ts';
import { compressedLayers } from './compressed-layers.ts';
import { allLayers } from './model-layers.ts';

/** The report on one compressed matrix. */
export interface CompressedMatrixReport {
  /** Name of its layer. */
  readonly layer: string;
  /** Name of the matrix, which is its operator's name: `layer/matrix`. */
  readonly name: string;
  readonly method: string;
  /** Shape `[m, n]` of the matrix. */
  readonly shape: readonly [rows: number, cols: number];
  /** Bytes of the matrix as float32. */
  readonly denseBytes: number;
  /** Bytes of the factors if they were written now; before the first compression, the most that the plan allows. */
  readonly compressedBytes: number;
  /** Blend weight of the dense matrix now. */
  readonly alpha: number;
  /** `‖A − Ŵ‖ / ‖A‖` at the last compression; undefined if there was no compression since the model was made or loaded. */
  readonly relativeError: number | undefined;
  /** The kernels at the last compression: `'wasm'`, `'portable'`, or the name of those that were passed, `'given'` if they have none. */
  readonly kernels: string | undefined;
}

/** A layer, or a matrix of a layer, that was left as it is. */
export interface SkippedLayerReport {
  /** Name of the layer; `layer/matrix` for a layer with several matrices. */
  readonly name: string;
  readonly reason: string;
}

/** What was compressed, what was skipped and why, bytes before and after. Readable with `String(report)`. */
export interface CompressionReport {
  readonly compressed: readonly CompressedMatrixReport[];
  readonly skipped: readonly SkippedLayerReport[];
  /** Warnings, e.g. about a schedule that never reaches alpha 0. */
  readonly warnings: readonly string[];
  /**
   * Names of the layers whose stripped form needs `registerCompressedLayers` to load, because no stock layers compute with their
   * factors. In a stripped model: the layers that need it now. If the list is empty, stock `loadLayersModel` suffices.
   */
  readonly needsLoader: readonly string[];
  /** Bytes of all weights of the model before compression, as float32. */
  readonly denseBytes: number;
  /** Bytes of all weights once the dense matrices are stripped. */
  readonly compressedBytes: number;
  /** Bytes of the packed file as the matrices were last compressed; only with a target, once the training has begun. */
  readonly fileBytes?: number;
  toString(): string;
}

/**
 * The current report on a model that has compressed layers.
 *
 * @param skipped layers that were left as they are; only the caller of `compressModel` knows them.
 * @param fileBytes bytes of the packed file, where they are known.
 * @throws GCompressError `invalid-option` when the argument is not a model.
 */
export function compressionReport(
  model: LayersModel,
  skipped: readonly SkippedLayerReport[] = [],
  fileBytes?: number,
): CompressionReport {
  const layers = compressedLayers(model);
  const ops = layers.flatMap((layer) => layer.ops);
  const compressed = layers.flatMap(matrixReports);
  const matrices = new Set(ops.flatMap(({ variables }) => [...Object.values(variables.factors), variables.matrix]));
  const states = new Set(ops.flatMap(({ variables }) => [variables.alpha, variables.state]));
  const rest = model.weights
    .map((weight) => weight.read())
    .filter((tensor) => !matrices.has(tensor as never) && !states.has(tensor as never))
    .reduce((bytes, tensor) => bytes + tensor.size * 4, 0);
  const sum = (key: 'denseBytes' | 'compressedBytes') =>
    compressed.reduce((total, matrix) => total + matrix[key], rest);
  const report = {
    compressed,
    skipped,
    warnings: [...new Set(ops.flatMap(warningsOf))],
    needsLoader: [...layers.filter(needsLoader), ...allLayers(model).filter(isPacked)].map(({ name }) => name),
    denseBytes: sum('denseBytes'),
    compressedBytes: sum('compressedBytes'),
    ...(fileBytes !== undefined && { fileBytes }),
  };
  return { ...report, toString: () => format(report) };
}

function matrixReports({ name: layer, ops }: CompressedLayer): CompressedMatrixReport[] {
  return ops.map((op) => ({
    layer,
    name: op.name,
    method: op.compressor.method,
    shape: op.form.shape,
    denseBytes: op.variables.matrix.size * 4,
    compressedBytes: op.byteLengthSync(),
    alpha: op.alpha,
    relativeError: op.relativeErrorAtCompression,
    kernels: op.kernelsAtCompression,
  }));
}

function warningsOf({ name, warnings }: TfCompressionOp): readonly string[] {
  return warnings.map((warning) => `${name}: ${warning}`);
}

function isPacked(layer: Layer): boolean {
  return layer.getClassName() === 'PackedLayer';
}

function format(report: Omit<CompressionReport, 'toString'>): string {
  const lines = report.compressed.map(({ name, method, shape, denseBytes, compressedBytes, alpha, relativeError }) => {
    const error = relativeError === undefined ? '' : `, relative error ${relativeError.toFixed(3)} when compressed`;
    return `${name} [${shape.join(', ')}]: ${method}, ${bytes(denseBytes)} → ${bytes(compressedBytes)}, alpha ${round(alpha)}${error}`;
  });
  const skipped = report.skipped.map(({ name, reason }) => `${name}: left as it is, ${reason}`);
  const ratio = (report.denseBytes / report.compressedBytes).toFixed(2);
  const loader =
    report.needsLoader.length === 0
      ? []
      : [`stripped, needs registerCompressedLayers to be loaded: ${report.needsLoader.join(', ')}`];
  const total = `all weights: ${bytes(report.denseBytes)} → ${bytes(report.compressedBytes)} (${ratio} times fewer)`;
  const file = report.fileBytes === undefined ? [] : [`packed file: ${bytes(report.fileBytes)}`];
  const warnings = report.warnings.map((warning) => `warning: ${warning}`);
  return [...lines, ...skipped, ...warnings, ...loader, total, ...file].join('\n');
}

function bytes(count: number): string {
  return `${count.toLocaleString('en-US')} bytes`;
}

function round(value: number): string {
  return String(Number(value.toFixed(4)));
}
