// How often the inner loops report their progress.
import { testProgress } from '@gcompress/fixtures/progress';
import { dictLearn } from '../src/index.ts';

testProgress({
  rows: [dictLearn({ atoms: 24, nonzeros: 4, iterations: 2 }), [120, 48], 7],
  'many atoms a signal': [dictLearn({ atoms: 60, nonzeros: 12, iterations: 1 }), [200, 48], 7],
  'pieces, learned from a sample': [dictLearn({ ratio: 8, iterations: 1 }), [128, 96], 6],
  'as many nonzeros as atoms': [dictLearn({ atoms: 6, nonzeros: 6 }), [80, 70], 4],
});
