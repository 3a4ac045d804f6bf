// What holds the goals that are missed: one text for the pages that print the misses and for their profiles.

export type LimitName =
  | 'svd'
  | 'blocks'
  | 'pursuit'
  | 'levels'
  | 'blockProducts'
  | 'small'
  | 'pruned'
  | 'prunedHeld'
  | 'signs';

/** What holds each goal that is missed. */
export const LIMITS: Readonly<Record<LimitName, string>> = {
  svd: 'No phase is left that dominates: products with the matrix in float32, products of small blocks in float64 to keep the basis orthogonal, the small eigenproblem, and copies between them share the time. They run in one thread and in vectors of 128 bits, NumPy and scikit-learn in all threads and in vectors of up to 512 bits. The errors are at least five times smaller than those of scikit-learn, which takes fewer products.',
  blocks:
    'Most of the time goes into distances, `nearestRows`: 65,536 × 256 × 16 multiply-adds in each of 20 iterations. scikit-learn computes the same distances as a product of matrices, in vectors up to four times as wide and with fused multiply-adds, which WebAssembly does not have.',
  pursuit:
    'The time goes into correlations and their updates, which grow with atoms × nonzeros and already run in vectors of four values. scikit-learn spends a smaller part of such a long signal on the fixed costs of its steps than with 256 atoms, so that the ratio is smaller.',
  levels:
    'The product of one row is bound by computation: about 42 vector instructions for 64 codes, most of them look-ups and the order of bytes. A dense product of one row is bound by reading 64 MiB. From eight rows of x on, which share the decoding, the kernel is faster.',
  blockProducts:
    'Each code adds an input to the sum of its block, 1,048,576 times for a row of x: a load, an addition and a store at an address that depends on the code. WebAssembly has no instruction that does this for several codes at once. The rest is the product of the sums with the codebook.',
  small:
    "A dense matrix of this size stays in the cache, where reading fewer bytes gains nothing. `prefer: 'speed'` uses the dense matrix for these.",
  pruned:
    'Most of the first call is the entropy decoder, which reads one bit for each of 16.8 million entries, one after the other; the rest brings the positions into the form of the kernel.',
  prunedHeld:
    'Values stay float32, and a column takes two bytes where the packed bits hold a gap of six to seven bits. Columns of one byte would need gaps, whose running sum made products twice as slow.',
  signs:
    'The kernel holds the axes of the random rotation, `4·m·log₂ m` bytes, which the packed bits replace by a seed. To draw them again for each call would take longer than the product. With more signs for a column, their share becomes small.',
};
