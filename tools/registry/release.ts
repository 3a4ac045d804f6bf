// Releases the packages from a copy of the repository.
import { cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, runLater } from '../shell.ts';

/** A copy of this repository, from which packages are released. */
export interface Release {
  /** Consumes the changesets and publishes what they changed; returns `name@version` in the order of publication. */
  publish(): Promise<string[]>;
  /** Adds a changeset for the next patch of the core. */
  changeCore(): void;
}

/** Copies the repository with what is built, without its history, and installs the copy. */
export async function createRelease(
  root: string,
  folder: string,
  registry: string,
  env: NodeJS.ProcessEnv,
): Promise<Release> {
  const tracked = run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], root).split('\0');
  const built = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/dist`);
  for (const path of [...tracked, ...built]) {
    if (path !== '' && existsSync(join(root, path))) cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  // The registry wants a token and takes any; pnpm looks for one in the configuration of the user alone
  const userconfig = join(folder, '.git/npmrc');
  const publisher = { ...env, NPM_CONFIG_USERCONFIG: userconfig };
  const step = (program: string, ...args: string[]) => runLater(program, args, { cwd: folder, env: publisher });
  // Change logs name the commit of a changeset
  const commit = async () => {
    await step('git', 'add', '--all');
    await step(
      'git',
      '-c',
      'user.name=test',
      '-c',
      'user.email=test@localhost',
      'commit',
      '--quiet',
      '--message',
      'Test',
    );
  };
  await step('git', 'init', '--quiet', '--initial-branch', 'main');
  writeFileSync(userconfig, `registry=${registry}\n${registry.replace('http:', '')}:_authToken=any\n`);
  // From where this workspace was installed
  const install = ['install', '--frozen-lockfile', '--prefer-offline', '--ignore-scripts'];
  await runLater('pnpm', install, { cwd: folder, env });

  return {
    changeCore: () =>
      writeFileSync(join(folder, '.changeset/next.md'), '---\n"@gcompress/core": patch\n---\n\nA test.\n'),
    async publish() {
      await commit();
      await step('pnpm', 'release:version');
      // What a release runs demands a provenance, which only a build service can vouch for; without it, it is the same
      const refused = await step('pnpm', 'release:publish').then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (!refused || !/PROVENANCE|ID_TOKEN/.test(refused)) throw new Error(`published without provenance: ${refused}`);
      const printed = await step('pnpm', '--recursive', 'publish', '--no-git-checks');
      return [...printed.matchAll(/Published package (\S+)/g)].map(([, published]) => published);
    },
  };
}
