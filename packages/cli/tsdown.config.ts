import { programBuild } from '../../tsdown.base.ts';

export default programBuild({ cli: 'src/cli.ts' });
