import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { runServer } from 'verdaccio';
import { run } from '../shell.ts';

/** A registry in this process. */
export interface Registry {
  readonly url: string;
  close(): void;
}

/**
 * Starts a registry on a free port of this machine, which anybody here may publish to. Packages of ours come from it alone, all others
 * from the registry that npm is configured for.
 *
 * @param folder where it keeps its files, and remembers nothing from before.
 */
export async function startRegistry(folder: string): Promise<Registry> {
  const npm = (key: string) => run('npm', ['config', 'get', key], folder).trim();
  const cafile = npm('cafile');
  const authorities = cafile === 'null' ? {} : { ca: readFileSync(cafile, 'utf8') };
  const own = { access: '$all', publish: '$all' };
  const server: Server = await runServer({
    self_path: folder,
    storage: join(folder, 'storage'),
    uplinks: { npm: { url: npm('registry'), timeout: '120s', max_fails: 20, ...authorities } },
    packages: { '@gcompress/*': own, 'create-gcompress-compressor': own, '**': { access: '$all', proxy: 'npm' } },
    max_body_size: '50mb',
    log: { type: 'stdout', level: 'error' },
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}/`, close };
}
