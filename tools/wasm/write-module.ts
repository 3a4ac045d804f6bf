// Writes a compiled AssemblyScript module as TypeScript: `tsx write-module.ts SOURCE TARGET [OPTION …]`, paths from the current folder.
import { writeFile } from 'node:fs/promises';
import { compileModule, moduleText } from './compile-module.ts';

const [source, target, ...options] = process.argv.slice(2);
if (!source || !target) throw new Error('Say which source to compile, and which file to write.');
const bytes = await compileModule(source, options);
await writeFile(target, moduleText(bytes, source));
console.log(`${target}: ${bytes.length} bytes`);
