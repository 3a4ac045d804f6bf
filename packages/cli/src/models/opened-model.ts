// The type of a model that was read, with its origin and size.
import type { io } from '@tensorflow/tfjs-core';

/** A model as its files hold it. */
export interface OpenedModel {
  /** The name that the user gave. */
  readonly name: string;
  readonly artifacts: io.ModelArtifacts;
  /** Bytes of all its files. */
  readonly bytes: number;
  /** Whether it comes from a packed file. */
  readonly isPacked: boolean;
  /** The file or folder of the model; undefined for an address or a downloaded package. */
  readonly path?: string;
}

/** Called with the fraction of the model that was read, from 0 to 1. */
export type OnRead = (done: number) => void;
