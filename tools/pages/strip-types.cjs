// A webpack loader: webpack reads no TypeScript, and the packages of the workspace resolve to theirs.
const { transformSync } = require('esbuild');

module.exports = (source) => transformSync(source, { loader: 'ts', format: 'esm', target: 'es2022' }).code;
