// Entry of the program: trains to a size, writes the file, and reads it in a fresh process.

import { UsageError } from '@gcompress/example-program';
import { runMain } from '@gcompress/example-program/run-main';
import { parseOptions } from './options.ts';

try {
  const options = parseOptions(process.argv.slice(2));
  // Loaded late, so that mistakes on the command line are reported at once
  const { startBackend } = await import('@gcompress/example-program');
  const { record } = await import('./record.ts');
  const { name } = await startBackend(options.backend);
  const result = await record(options, (line) => console.error(line));
  const { code, stdout, stderr } = await runMain(new URL('read.ts', import.meta.url), [options.output, name]);
  if (code !== 0) throw new Error(`the file could not be read: ${stderr}`);
  const { testError } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { testError: number };
  if (options.json) console.log(JSON.stringify({ options, backend: name, result: { ...result, testError } }));
  else {
    const { bytes, matrixBytes, ratio, denseTestError, seconds } = result;
    console.log(`whole file ${bytes} bytes, ${ratio.toFixed(1)} times smaller; its matrices ${matrixBytes} bytes`);
    console.log(
      `test error ${testError.toFixed(2)} % as read in a fresh process, dense ${denseTestError.toFixed(2)} %`,
    );
    console.log(`${seconds.toFixed(0)} seconds, backend ${name}; the file is ${options.output}`);
  }
} catch (error) {
  const usage = error instanceof UsageError;
  if (!usage || error.exitCode !== 0) console.error(`error: ${(error as Error).message}`);
  process.exitCode = usage ? error.exitCode : 1;
}
