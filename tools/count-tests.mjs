// count-tests.mjs <folder of vitest JSON reports> [names of failed steps …]: prints `N passed, N failed` over all tests and
// ends with code 1 when anything failed.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...failedSteps] = process.argv.slice(2);
const reports = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
const sum = (key) => reports.reduce((total, report) => total + report[key], 0);
const skipped = sum('numPendingTests') + sum('numTodoTests');
const failed = sum('numFailedTests') + (sum('numFailedTests') === 0 ? failedSteps.length : 0);
if (failedSteps.length > 0) console.log(`failed steps: ${failedSteps.join(', ')}`);
console.log(`${sum('numPassedTests')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed === 0 && failedSteps.length === 0 && sum('numPassedTests') > 0 ? 0 : 1;
