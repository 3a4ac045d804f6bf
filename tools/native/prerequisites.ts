// Checks what the build of the native backend needs.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

interface Prerequisite {
  readonly there: () => boolean;
  /** What is missing where it is not there, and what to do. */
  readonly message: string;
}

/** What cannot be built here, and what to do about it, a line each; empty where everything is there. */
export function missingPrerequisites(root: string): string[] {
  const platform = `${process.platform} ${process.arch}`;
  const prerequisites: readonly Prerequisite[] = [
    {
      there: () => platform === 'linux x64' && hasGlibc(),
      message: `only Linux on x64 with glibc was tried, and this is ${platform}. Use the wasm backend here.`,
    },
    {
      there: () => existsSync(join(root, 'packages/tfjs/node_modules/@tensorflow/tfjs')),
      message: 'the workspace is not installed. Run `pnpm install` first.',
    },
    {
      there: () => runs('pnpm', '--version'),
      message:
        'no pnpm on the path. Run `npm install -g pnpm@12.21.0`, or start this with `npx pnpm@12.21.0 native:build`.',
    },
    {
      there: () => runs('g++', '--version'),
      message: 'no C++ compiler. Install g++, on Debian with `apt-get install g++`.',
    },
    {
      there: () => runs('python3', '-m', 'pip', '--version'),
      message:
        'no python3 with pip, which downloads TensorFlow. Install them, on Debian with `apt-get install python3-pip`.',
    },
  ];
  return prerequisites.filter(({ there }) => !there()).map(({ message }) => message);
}

/** Whether the C library is the one that TensorFlow's wheels are linked with. */
function hasGlibc(): boolean {
  const report = process.report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime !== undefined;
}

function runs(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
