import { isGCompressError } from '@gcompress/core';
import { PLAIN_VALUES } from './plain-values.ts';

/** A function or method under test. */
export interface Target {
  /** As failures show it, e.g. `@gcompress/core matrix`. */
  readonly name: string;
  call(args: readonly unknown[]): unknown;
  /** Parameters that are passed. */
  readonly arity: number;
  /** Arguments that it accepts, made anew for each call; without them all positions get the same plain value. */
  readonly valid?: () => readonly unknown[];
}

/** Calls the target with each plain value in each position; returns what ended in another error than the house's. */
export async function walk({ name, call, arity, valid }: Target): Promise<string[]> {
  const failures: string[] = [];
  for (const [what, make] of Object.entries(PLAIN_VALUES)) {
    const attempts: [where: string, args: unknown[]][] = [[`all ${what}`, Array.from({ length: arity }, make)]];
    for (let at = 0; valid && at < arity; at++) {
      const args = [...valid()];
      args[at] = make();
      attempts.push([`${what} as argument ${at + 1}`, args]);
    }
    for (const [where, args] of attempts) {
      const error = await failureOf(() => call(args));
      if (error !== undefined) failures.push(`${name} (${where}): ${error}`);
    }
  }
  return failures;
}

/** How long a promise is waited for: some never end by design, such as an operator that waits for its host. */
const PATIENCE = 2_000;

async function failureOf(run: () => unknown): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE);
  });
  try {
    await Promise.race([run(), patience]);
    return undefined;
  } catch (error) {
    // The second is what the checks of the testkit find, which is what its functions are for
    if (isGCompressError(error) || (error instanceof Error && error.name === 'ConformanceError')) return undefined;
    return error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : String(error);
  } finally {
    clearTimeout(timer);
  }
}

/** The methods of an object, those of its class included. */
export function methodsOf(name: string, make: () => object, valid: ValidMethods = {}): Target[] {
  const made = make();
  const keys = new Set<string>();
  for (let holder = made; holder !== null && holder !== Object.prototype; holder = Object.getPrototypeOf(holder)) {
    for (const key of Object.getOwnPropertyNames(holder)) keys.add(key);
  }
  return [...keys]
    .filter((key) => key !== 'constructor' && !key.startsWith('_') && isMethod(made, key))
    .map((key) => {
      const method = (made as Record<string, { readonly length: number }>)[key];
      return {
        name: `${name}.${key}`,
        arity: Math.max(1, method.length, valid[key]?.().length ?? 0),
        ...(valid[key] && { valid: valid[key] }),
        call: (args) => {
          const fresh = make() as Record<string, (...values: readonly unknown[]) => unknown>;
          return fresh[key](...args);
        },
      };
    });
}

/** Arguments that methods accept, by name. */
export type ValidMethods = Readonly<Record<string, () => readonly unknown[]>>;

function isMethod(holder: object, key: string): boolean {
  for (let at = holder; at !== null; at = Object.getPrototypeOf(at)) {
    const property = Object.getOwnPropertyDescriptor(at, key);
    if (property) return typeof property.value === 'function';
  }
  return false;
}
