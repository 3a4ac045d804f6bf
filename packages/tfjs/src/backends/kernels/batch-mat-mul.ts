// Products of matrices on wasm, computed as plain products because these are fast.
import {
  type BatchMatMulAttrs,
  broadcast_util,
  concat,
  type KernelFunc,
  matMul,
  reshape,
  slice,
  type Tensor,
  type Tensor2D,
  tensor2d,
  tidy,
  transpose,
  util,
} from '@tensorflow/tfjs-core';

/** The number of multiplications in one product of a batch above which a call for each product pays. */
const SPLIT_FROM = 100_000;

/**
 * Makes the product `a · b` of a wasm backend fast with `transposeA`, `transposeB` or a batch, as in every gradient of a product. The
 * stock kernel computes these in a plain loop; only a single product without transposition runs on XNNPACK. So this kernel transposes
 * the operands first, and computes large products of a batch one by one.
 *
 * @param stock the stock kernel, which computes each product.
 */
export function fastBatchMatMul(stock: KernelFunc): KernelFunc {
  return (args) => {
    const { a, b } = args.inputs as { a: Tensor; b: Tensor };
    const { transposeA, transposeB } = args.attrs as unknown as BatchMatMulAttrs;
    const [m, k] = sides(a, transposeA);
    const [inner, n] = sides(b, transposeB);
    // The stock kernel refuses wrong shapes, and gives zeros for empty sums, which XNNPACK leaves undefined
    if (k !== inner || m * k * n === 0) return stock(args);
    if (!transposeA && !transposeB) {
      return canSplit(a, b) && m * k * n >= SPLIT_FROM ? tidy(() => productOfEach(a, b)) : stock(args);
    }
    return tidy(() => {
      if (transposeA && transposeB) return transposed(matMul(b, copied(a)));
      if (transposeA) return matMul(transposed(a), copied(b));
      // a·bᵀ = (b·aᵀ)ᵀ, which moves fewer values where b is large, as the weights of a layer are
      return m * (k + n) < k * n ? transposed(matMul(b, transposed(a))) : matMul(a, transposed(b));
    });
  };
}

function sides({ shape }: Tensor, transpose: boolean): readonly [rows: number, columns: number] {
  const [rows, columns] = shape.slice(-2);
  return transpose ? [columns, rows] : [rows, columns];
}

/** Exchanges the last two axes. */
function transposed(x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

/**
 * A copy of the values. The backend caches what it prepares for a right operand by its memory, not by its shape, so a product with the
 * same memory in a different shape would be wrong.
 */
function copied(x: Tensor): Tensor {
  return slice(
    x,
    x.shape.map(() => 0),
    x.shape,
  );
}

/** True if there is more than one product, and each operand has either the whole batch or one matrix. */
function canSplit(a: Tensor, b: Tensor): boolean {
  const count = util.sizeFromShape(batchShape(a, b));
  return count > 1 && [a, b].every((x) => [1, count].includes(util.sizeFromShape(x.shape.slice(0, -2))));
}

function batchShape(a: Tensor, b: Tensor): number[] {
  return broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
}

function productOfEach(a: Tensor, b: Tensor): Tensor {
  const [left, right] = [matricesOf(a), matricesOf(b)];
  const products = Array.from({ length: Math.max(left.length, right.length) }, (_, i) =>
    matMul(left[i % left.length], right[i % right.length]),
  );
  return reshape(concat(products), [...batchShape(a, b), ...products[0].shape]);
}

/** The matrices of a batch. Reads the batch once, because each slice of the wasm backend would read the whole batch. */
function matricesOf(x: Tensor): Tensor2D[] {
  const values = x.dataSync<'float32'>();
  const [rows, columns] = x.shape.slice(-2);
  const size = rows * columns;
  return Array.from({ length: values.length / size }, (_, i) =>
    tensor2d(values.subarray(i * size, (i + 1) * size), [rows, columns]),
  );
}
