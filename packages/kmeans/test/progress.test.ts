// How often the inner loops tell their progress.
import { testProgress } from '@gcompress/fixtures/progress';
import { kMeans } from '../src/index.ts';

testProgress({
  'single entries': [kMeans({ levels: 16 }), [128, 128], 4],
  'many codebooks': [kMeans({ levels: 4, codebooks: 'column' }), [60, 20], 21],
  blocks: [kMeans({ levels: 32, blockSize: 4, restarts: 2, iterations: 12, tolerance: 0 }), [160, 160], 4],
  'blocks with weights of entries': [kMeans({ levels: 16, blockSize: 3, restarts: 1, iterations: 4 }), [100, 100], 2],
});
