// Finds equal weights of a model that are to be compressed alike: once, for all their uses.
import type { PackableWeight } from '@gcompress/packed';
import { equalWeights, type ModelContents, packableWeight } from '@gcompress/packed/weights';

/** By the name of a weight the names of all weights that are compressed as one with it, its own included, in the order of the model. */
export type EqualNames = ReadonlyMap<string, readonly string[]>;

/**
 * Groups weights of equal bytes for which the user chose the same.
 *
 * @param choiceOf the user's choice for a weight: a compressor, a type, or candidates.
 */
export function equalSubjects(
  contents: ModelContents,
  minElements: number,
  choiceOf: (weight: PackableWeight) => unknown,
): EqualNames {
  const numbers = new Map<unknown, number>();
  const described = (choice: unknown): unknown => {
    if (Array.isArray(choice)) return choice.map(described);
    if (choice === undefined || typeof choice === 'string') return choice;
    const { format, method, options } = choice as { format?: { id: string }; method?: string; options?: unknown };
    if (format && method !== undefined) return [format.id, method, options];
    if (!numbers.has(choice)) numbers.set(choice, numbers.size);
    return numbers.get(choice);
  };
  const equals = new Map<string, readonly string[]>();
  for (const names of new Set(equalWeights(contents).values())) {
    const byChoice = new Map<string, string[]>();
    for (const weight of contents.weights.filter(({ name }) => names.includes(name))) {
      const packable = packableWeight(weight, contents.kernels.get(weight.name), minElements);
      if (!packable) continue;
      const key = JSON.stringify([described(choiceOf(packable))]);
      byChoice.set(key, [...(byChoice.get(key) ?? []), weight.name]);
    }
    for (const same of byChoice.values()) {
      if (same.length > 1) for (const name of same) equals.set(name, same);
    }
  }
  return equals;
}
