// Groups of inputs that are independent of each other, such as the channels of a depthwise convolution.

/**
 * Splits indices into groups so that `values[i, j]` is 0 for indices of different groups. Each group keeps the given order.
 *
 * @param rows the indices in order, `[size]`.
 * @returns the positions in `rows` of each group; one group with all of them for a dense matrix, which takes one pass over one row.
 */
export function independentGroups(values: Float64Array, rows: Int32Array): Int32Array[] {
  const size = rows.length;
  const group = new Int32Array(size).fill(-1);
  const sizes: number[] = [];
  const queue = new Int32Array(size);
  // Positions without a group, in a list that shrinks, so that a dense matrix needs no second row
  let open = Int32Array.from({ length: size }, (_, at) => at);
  while (open.length > 0) {
    const own = sizes.length;
    let [head, tail] = [0, 1];
    queue[0] = open[0];
    group[open[0]] = own;
    open = open.subarray(1);
    while (head < tail && open.length > 0) {
      const from = rows[queue[head++]] * size;
      let left = 0;
      for (const at of open) {
        if (values[from + rows[at]] === 0) open[left++] = at;
        else {
          group[at] = own;
          queue[tail++] = at;
        }
      }
      open = open.subarray(0, left);
    }
    sizes.push(tail);
  }
  const groups = sizes.map((length) => new Int32Array(length));
  const filled = new Int32Array(sizes.length);
  for (let at = 0; at < size; at++) groups[group[at]][filled[group[at]]++] = at;
  return groups;
}
