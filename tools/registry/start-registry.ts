// A package registry in this process.
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { runServer } from 'verdaccio';

/** A registry in this process. */
export interface Registry {
  readonly url: string;
  close(): void;
}

/**
 * Starts a registry on a free port of this machine, which anybody here may publish to. It knows no other registry and has nothing
 * but what is published to it.
 *
 * @param folder where it keeps its files.
 */
export async function startRegistry(folder: string): Promise<Registry> {
  const server: Server = await runServer({
    self_path: folder,
    storage: join(folder, 'storage'),
    uplinks: {},
    packages: { '**': { access: '$all', publish: '$all' } },
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
