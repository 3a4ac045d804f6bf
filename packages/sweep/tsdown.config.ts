import { packageBuild } from '../../tsdown.base.ts';

export default packageBuild({
  index: 'src/index.ts',
  redis: 'src/redis/index.ts',
  // Beside the other files, where `startWorkerProcess` looks for it
  'worker-process': 'src/workers/worker-process.ts',
});
