// Entry of the program.
import { UsageError } from '@gcompress/example-program';
import { parseOptions } from './options.ts';

try {
  const options = parseOptions(process.argv.slice(2));
  // Loaded late, so that mistakes on the command line are reported at once
  const { run } = await import('./run.ts');
  await run(options, (line) => console.log(line));
} catch (error) {
  if (error instanceof UsageError) {
    if (error.exitCode !== 0) console.error(error.message);
    process.exitCode = error.exitCode;
  } else {
    console.error(`error: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
