import { packageBuild } from '../../tsdown.base.ts';

export default packageBuild({
  index: 'src/index.ts',
  layers: 'src/layers/index.ts',
  files: 'src/files/index.ts',
  backends: 'src/backends/index.ts',
});
