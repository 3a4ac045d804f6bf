import { packageBuild } from '../../tsdown.base.ts';

export default packageBuild({
  index: 'src/index.ts',
  checks: 'src/checks.ts',
  storage: 'src/storage.ts',
  hosts: 'src/hosts.ts',
});
