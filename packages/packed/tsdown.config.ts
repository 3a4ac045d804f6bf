// How the package is built: one file an entry.
import { packageBuild } from '../../tsdown.base.ts';

export default packageBuild({
  index: 'src/index.ts',
  load: 'src/load/index.ts',
  contents: 'src/contents/index.ts',
  formats: 'src/formats/index.ts',
  node: 'src/node/index.ts',
  probes: 'src/probes/index.ts',
  stored: 'src/stored/index.ts',
  weights: 'src/weights/index.ts',
  worker: 'src/worker/index.ts',
});
