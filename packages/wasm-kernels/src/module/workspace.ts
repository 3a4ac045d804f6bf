// A running module with its memory, which grows on demand.
import { GCompressError } from '@gcompress/core';
import { type Instance, type Module, webAssembly } from './web-assembly.ts';

type UpdateLoop = (
  a: number,
  rows: number,
  cols: number,
  stride: number,
  x: number,
  y: number,
  factor: number,
  product: number,
) => void;

/** The exports of the module; the files of `assembly` document each function. Addresses are in bytes. */
interface Loops {
  multiplyStrips(
    left: number,
    strips: number,
    right: number,
    panels: number,
    depth: number,
    c: number,
    skew: number,
  ): void;
  multiplySquare(
    x: number,
    groups: number,
    a: number,
    rows: number,
    cols: number,
    panel: number,
    image: number,
    c: number,
  ): void;
  multiplyTransposed(x: number, groups: number, a: number, rows: number, cols: number, c: number): void;
  multiplyGram(a: number, rows: number, cols: number, panel: number, c: number): void;
  fitAtom(
    rest: number,
    length: number,
    users: number,
    values: number,
    count: number,
    atom: number,
    fitted: number,
  ): void;
  addProduct(y: number, groups: number, a: number, rows: number, cols: number, c: number, upper: number): void;
  pursue(
    signals: number,
    size: number,
    length: number,
    atoms: number,
    products: number,
    width: number,
    rest: number,
    nonzeros: number,
    work: number,
    counts: number,
    positions: number,
    values: number,
    errors: number,
  ): void;
  roundToLevels(
    x: number,
    levels: number,
    rows: number,
    width: number,
    units: number,
    halves: number,
    most: number,
  ): number;
  turnPairs(pairs: number, count: number, x: number, width: number, back: number): void;
  updateThenMultiply: UpdateLoop;
  updateThenMultiplyTransposed: UpdateLoop;
  updateThenMultiplySymmetric: UpdateLoop;
  nearestRows(
    points: number,
    count: number,
    size: number,
    table: number,
    width: number,
    indices: number,
    distances: number,
  ): void;
  trialSums(points: number, count: number, size: number, nearest: number, table: number, sums: number): void;
  lowerNearest(points: number, count: number, size: number, row: number, nearest: number): void;
  rotateBack(vectors: number, sweeps: number, sweepCount: number, rotations: number): void;
}

/** Bytes of a page of WebAssembly memory. */
const PAGE = 65_536;

/** One instance of the module. Its memory is freed when nothing refers to the workspace any more. */
export class Workspace {
  readonly loops: Loops;
  readonly #memory: Instance<Loops>['exports']['memory'];

  /** @throws GCompressError `unsupported` if the engine compiled the module but cannot instantiate it. */
  constructor(module: Module) {
    const engine = webAssembly();
    if (!engine) {
      throw new GCompressError('unsupported', {
        where: 'wasmKernels',
        expected: 'WebAssembly',
        actual: 'none',
        hint: 'Use the kernels in the realm that loaded them.',
      });
    }
    const { exports } = new engine.Instance<Loops>(module);
    this.loops = exports;
    this.#memory = exports.memory;
  }

  /** Bytes of the memory. */
  get byteLength(): number {
    return this.#memory.buffer.byteLength;
  }

  /**
   * Grows the memory to at least this many bytes. That invalidates earlier arrays of {@link float64} and {@link float32}.
   *
   * @throws GCompressError `out-of-memory`.
   */
  reserve(bytes: number): void {
    const missing = Math.ceil((bytes - this.byteLength) / PAGE);
    if (missing <= 0) return;
    try {
      this.#memory.grow(missing);
    } catch (cause) {
      throw outOfMemory(bytes, cause);
    }
  }

  float64(address: number, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, address, length);
  }

  float32(address: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, length);
  }

  int32(address: number, length: number): Int32Array {
    return new Int32Array(this.#memory.buffer, address, length);
  }
}

/** The error if the engine refuses memory. */
function outOfMemory(bytes: number, cause: unknown): GCompressError {
  return new GCompressError('out-of-memory', {
    where: 'wasmKernels',
    expected: `${bytes} bytes of WebAssembly memory`,
    actual: 'less',
    hint: 'Leave the kernels out: the portable ones need less memory.',
    cause,
  });
}
