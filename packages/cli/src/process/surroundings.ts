// The parts of a process that the program uses, so that tests can pass their own.

/** An output stream for text. `isTTY` marks a terminal, as in Node's streams. */
export interface TextOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Folder, environment, arguments and streams of the process. */
export interface Surroundings {
  /** The folder that paths are relative to. */
  readonly cwd: string;
  /** Environment variables; only `NO_COLOR` is read. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The arguments of the program, for a report that names its command. */
  readonly args?: readonly string[];
  /** Results. */
  readonly stdout: TextOutput;
  /** Progress, notes and errors. */
  readonly stderr: TextOutput;
}
