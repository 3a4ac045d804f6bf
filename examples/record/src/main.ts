// Entry of the program: trains to sizes, writes the files, and reads each in a fresh process.

import { UsageError } from '@gcompress/example-program';
import { runMain } from '@gcompress/example-program/run-main';
import { fileOf, parseOptions } from './options.ts';

try {
  const options = parseOptions(process.argv.slice(2));
  // Loaded late, so that mistakes on the command line are reported at once
  const { startBackend } = await import('@gcompress/example-program');
  const { record } = await import('./record.ts');
  const { name } = await startBackend(options.backend);
  const result = await record(options, (line) => console.error(line));
  const sizes: ((typeof result.sizes)[number] & { readonly testError: number })[] = [];
  for (const size of result.sizes) {
    const file = fileOf(options, size.asked);
    const { code, stdout, stderr } = await runMain(new URL('read.ts', import.meta.url), [file, name], undefined, 0);
    if (code !== 0) throw new Error(`the file could not be read: ${stderr}`);
    const { testError } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { testError: number };
    sizes.push({ ...size, testError });
  }
  if (options.json) console.log(JSON.stringify({ options, backend: name, result: { ...result, sizes } }));
  else {
    const { denseTestError, longDenseTestError, denseSeconds } = result;
    const percent = (value: number) => `${value.toFixed(2)} %`;
    console.log(`dense network: test error ${percent(denseTestError)}, ${denseSeconds.toFixed(0)} seconds`);
    if (longDenseTestError !== undefined) console.log(`trained as long: test error ${percent(longDenseTestError)}`);
    for (const { asked, bytes, matrixBytes, ratio, testError, seconds } of sizes) {
      console.log(`whole file ${bytes} bytes, ${ratio.toFixed(1)} times smaller; its matrices ${matrixBytes} bytes`);
      console.log(`  test error ${percent(testError)} as read in a fresh process, ${seconds.toFixed(0)} seconds`);
      console.log(`  ${fileOf(options, asked)}, trained on the backend ${name}`);
    }
  }
} catch (error) {
  const usage = error instanceof UsageError;
  if (!usage || error.exitCode !== 0) console.error(`error: ${(error as Error).message}`);
  process.exitCode = usage ? error.exitCode : 1;
}
