// Runs a verb after its command line is parsed.
import type { ExitCode } from '../process/exit-codes.ts';
import type { Surroundings } from '../process/surroundings.ts';

/** Runs a verb and keeps its exit code. */
export type Perform = (verb: (surroundings: Surroundings) => Promise<ExitCode>) => Promise<void>;
