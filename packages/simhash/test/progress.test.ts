// How often the inner loops report their progress.
import { testProgress } from '@gcompress/fixtures/progress';
import { simhash } from '../src/index.ts';

testProgress({
  orthogonal: [simhash({ bits: 100, refine: 2 }), [64, 64], 4],
  'orthogonal, many digits': [simhash({ bits: 600, refine: 2 }), [96, 80], 5],
  gaussian: [simhash({ bits: 200, planes: 'gaussian', refine: 2 }), [96, 80], 8],
  fitted: [simhash({ bits: 8, planes: 'fitted', refine: 2 }), [64, 128], 5],
});
