// What the program uses of the process that it runs in, so that tests can run it in their own.

/** Where text goes. A terminal says so with `isTTY`, as the streams of Node do. */
export interface TextOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** What the program uses of its process. */
export interface Surroundings {
  /** The folder that paths are relative to. */
  readonly cwd: string;
  /** Environment variables, of which `NO_COLOR` is read. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results. */
  readonly stdout: TextOutput;
  /** Progress, notes and errors. */
  readonly stderr: TextOutput;
}
