#!/usr/bin/env node
// The command `npm create gcompress-compressor`.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runCommand } from './command.ts';

const { version, devDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const { code, text } = runCommand(process.argv.slice(2), {
  cwd: process.cwd(),
  template: fileURLToPath(new URL('../template', import.meta.url)),
  version,
  // The versions that the template was tested with
  versions: devDependencies,
});
(code === 0 ? process.stdout : process.stderr).write(text);
process.exitCode = code;
