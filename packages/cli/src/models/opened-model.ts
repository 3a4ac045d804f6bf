// A model that was read, and where from.
import type { io } from '@tensorflow/tfjs-core';

/** A model as its files hold it. */
export interface OpenedModel {
  /** What the user called it. */
  readonly name: string;
  readonly artifacts: io.ModelArtifacts;
  /** Bytes of all its files. */
  readonly bytes: number;
  /** Whether it comes from a packed file. */
  readonly isPacked: boolean;
  /** The file or folder that it was read from; undefined for an address, or a package that was fetched. */
  readonly path?: string;
}

/** Tells the part of the model that was read, from 0 to 1. */
export type OnRead = (done: number) => void;
