/** `0.941` → `94.1 %`. */
export function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

/** `436256` → `436.3 kB`; 1 kB is 1,000 bytes. */
export function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

/** `1234567` → `1,234,567`. */
export function integer(value: number): string {
  return value.toLocaleString('en-US');
}
