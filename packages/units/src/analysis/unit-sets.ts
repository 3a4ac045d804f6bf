// Sets of channels that stand or fall together: a union-find in which a set may be fixed, with the reason.

/** The channels of a tensor: for each position of its last axis, the number of the channel that it carries. */
export type Channels = Int32Array;

/** Channels of a model. Joined channels are one unit; a fixed unit cannot be removed. */
export class UnitSets {
  readonly #parents: number[] = [];
  readonly #reasons: (string | undefined)[] = [];

  /** Number of channels made so far. */
  get size(): number {
    return this.#parents.length;
  }

  /** New channels, each a unit of its own. */
  fresh(count: number): Channels {
    const first = this.#parents.length;
    for (let at = 0; at < count; at++) {
      this.#parents.push(first + at);
      this.#reasons.push(undefined);
    }
    return Int32Array.from({ length: count }, (_, at) => first + at);
  }

  /** New positions that all carry one channel, which is fixed. */
  fixed(count: number, reason: string): Channels {
    const [channel] = this.fresh(1);
    this.#reasons[channel] = reason;
    return new Int32Array(count).fill(channel);
  }

  /** Makes the channels at equal positions one unit each. */
  join(a: Channels, b: Channels): void {
    for (let at = 0; at < a.length; at++) this.#union(this.unit(a[at]), this.unit(b[at]));
  }

  /** Fixes the units of these channels. The first reason stays, unless this one comes before all others. */
  fix(channels: Channels, reason: string, { first = false } = {}): void {
    for (const channel of channels) {
      const unit = this.unit(channel);
      if (first) this.#reasons[unit] = reason;
      else this.#reasons[unit] ??= reason;
    }
  }

  /** The number that stands for the unit of a channel. */
  unit(channel: number): number {
    let root = channel;
    while (this.#parents[root] !== root) root = this.#parents[root];
    // Shortens the path for the next search
    for (let at = channel; at !== root; ) {
      const next = this.#parents[at];
      this.#parents[at] = root;
      at = next;
    }
    return root;
  }

  /** Why the unit of this channel cannot be removed; undefined if it can. */
  reason(channel: number): string | undefined {
    return this.#reasons[this.unit(channel)];
  }

  #union(a: number, b: number): void {
    if (a === b) return;
    const [kept, joined] = a < b ? [a, b] : [b, a];
    this.#parents[joined] = kept;
    this.#reasons[kept] ??= this.#reasons[joined];
  }
}

/** Each channel `times` times in a row: a, a, b, b. */
export function repeated(channels: Channels, times: number): Channels {
  return Int32Array.from({ length: channels.length * times }, (_, at) => channels[Math.floor(at / times)]);
}

/** All channels `times` times: a, b, a, b. */
export function tiled(channels: Channels, times: number): Channels {
  return Int32Array.from({ length: channels.length * times }, (_, at) => channels[at % channels.length]);
}

/** The channels of several tensors one after the other. */
export function joined(parts: readonly Channels[]): Channels {
  return Int32Array.from(parts.flatMap((part) => [...part]));
}
