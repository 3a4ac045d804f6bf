// Waits for a Redis that is away, but not forever.
import { GCompressError } from '@gcompress/core';
import type { Redis } from 'ioredis';

/** How long to wait, and whom to tell. */
export interface PatienceOptions {
  readonly patienceMs: number;
  readonly onNotice: (message: string) => void;
  /** Host and port, for messages. */
  readonly place: string;
}

/** Lets work wait while the connection is gone; after `patienceMs` all work ends with an error. */
export class Patience {
  readonly #gone: Promise<never>;
  #giveUp: (error: GCompressError) => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #ended = false;
  #lastError: unknown;
  #onBack = () => {};

  constructor(
    private readonly client: Redis,
    private readonly options: PatienceOptions,
  ) {
    this.#gone = new Promise((_, reject) => {
      this.#giveUp = reject;
    });
    // Work that waits for it handles it
    this.#gone.catch(() => {});
    client.on('error', (error) => {
      this.#lastError = error;
    });
    client.on('close', () => this.away());
    client.on('ready', () => this.back());
  }

  /** The result of some work. Throws GCompressError `sweep/queue-away` if the connection stays away. */
  async wait<T>(work: () => Promise<T>): Promise<T> {
    return Promise.race([work(), this.#gone]);
  }

  /** Sets what is done each time the connection is back. */
  onBack(work: () => void): void {
    this.#onBack = work;
  }

  /** Expects no connection any more. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  private away(): void {
    if (this.#ended || this.#timer !== undefined) return;
    const { patienceMs, onNotice, place } = this.options;
    this.#timer = setTimeout(() => this.lost(), patienceMs);
    onNotice(`Redis at ${place} is away; waiting for it, at most ${Math.ceil(patienceMs / 1000)} s`);
  }

  private back(): void {
    if (this.#timer === undefined || this.#ended) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.options.onNotice(`Redis at ${this.options.place} is back`);
    this.#onBack();
  }

  private lost(): void {
    this.end();
    const { patienceMs, place } = this.options;
    const actual = this.#lastError instanceof Error ? this.#lastError.message || this.#lastError.name : 'no connection';
    const details = {
      where: `Redis at ${place}`,
      expected: `an answer within ${Math.ceil(patienceMs / 1000)} s`,
      actual,
      hint: 'Start Redis or check its address, then start the sweep again: it goes on where it stopped.',
      cause: this.#lastError,
    };
    this.#giveUp(new GCompressError('sweep/queue-away', details));
    this.client.disconnect();
  }
}
