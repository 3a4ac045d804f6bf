// Draws the pictures of the documentation from trained weights, into docs/pictures: all of them, or those that are named.
// The same numbers give the same files.
import {
  saveCodebook,
  saveErrors,
  savePairs,
  savePlanes,
  saveSchedules,
  saveSingularValues,
} from './pictures/charts.ts';
import { saveBlocks, savePruning, saveUnits } from './pictures/images.ts';

const PICTURES: Readonly<Record<string, () => void>> = {
  'singular-values': saveSingularValues,
  codebook: saveCodebook,
  pairs: savePairs,
  errors: saveErrors,
  planes: savePlanes,
  schedules: saveSchedules,
  units: saveUnits,
  pruning: savePruning,
  blocks: saveBlocks,
};

for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PICTURES)) {
  const start = performance.now();
  PICTURES[name]();
  console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
