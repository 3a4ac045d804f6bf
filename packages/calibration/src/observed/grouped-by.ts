// Groups the entries of a list by a key.

/** The entries of a list by a key, keys in the order of their first occurrence. */
export function groupedBy<K, V>(list: readonly V[], keyOf: (entry: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  for (const entry of list) {
    const key = keyOf(entry);
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  return groups;
}
