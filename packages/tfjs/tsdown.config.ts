import { packageBuild } from '../../tsdown.base.ts';

export default packageBuild({
  index: 'src/index.ts',
  layers: 'src/layers/index.ts',
  callbacks: 'src/callbacks/index.ts',
  summaries: 'src/summaries/index.ts',
  files: 'src/files/index.ts',
  backends: 'src/backends/index.ts',
});
