// The messages between a page and the worker that decodes for it. Each loading has a channel of its own.
import type { ErrorDetails } from '@gcompress/core';
import type { io } from '@tensorflow/tfjs-core';

/** An end of a message channel, in a page or in a worker. */
export interface Port {
  postMessage(message: unknown, transfer?: readonly object[]): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  close(): void;
}

/** A worker as its page sees it, or the global scope inside of the worker. */
export interface MessageTarget {
  postMessage(message: unknown, transfer: object[]): void;
  addEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void;
  removeEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void;
}

/** Marks the messages of this package among others that a worker may get. */
export const LOAD = 'gcompress/load';

/** From page to worker: asks for a model. The answers come through `port`; a message through it aborts the loading. */
export interface LoadRequest {
  readonly type: typeof LOAD;
  readonly source: unknown;
  readonly maxBytes: number;
  readonly port: Port;
}

/** From worker to page. */
export type LoadAnswer =
  | { readonly type: 'accepted' }
  | { readonly type: 'progress'; readonly done: number }
  | { readonly type: 'loaded'; readonly artifacts: io.ModelArtifacts }
  | { readonly type: 'failed'; readonly code: string; readonly details: ErrorDetails };
