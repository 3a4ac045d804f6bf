/** All divisors of a positive integer, the smallest first. */
export function divisorsOf(value: number): number[] {
  const small: number[] = [];
  for (let divisor = 1; divisor * divisor <= value; divisor++) {
    if (value % divisor === 0) small.push(divisor);
  }
  const large = small.map((divisor) => value / divisor).reverse();
  return [...small, ...large.filter((divisor) => !small.includes(divisor))];
}
