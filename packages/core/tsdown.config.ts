import { packageBuild } from '../../tsdown.base.ts';

export default packageBuild({
  index: 'src/index.ts',
  checks: 'src/checks.ts',
  storage: 'src/storage.ts',
  decode: 'src/decode.ts',
  hosts: 'src/hosts.ts',
});
