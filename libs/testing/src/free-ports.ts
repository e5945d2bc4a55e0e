import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below the range that systems give to outgoing connections, so that a stopped server gets its port back. */
const LOWEST = 15_000;
const HIGHEST = 32_000;

/** Ports of 127.0.0.1 that nobody listens on, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  const ports: number[] = [];
  try {
    for (let attempt = 0; ports.length < count; attempt++) {
      if (attempt > 1000) throw new Error(`no ${count} free ports between ${LOWEST} and ${HIGHEST}`);
      const port = randomInt(LOWEST, HIGHEST);
      const server = createServer();
      server.listen(port, '127.0.0.1');
      if (await listens(server)) {
        servers.push(server);
        ports.push(port);
      }
    }
    return ports;
  } finally {
    for (const server of servers) {
      server.close();
      await once(server, 'close');
    }
  }
}

function listens(server: Server): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('listening', () => resolve(true));
    server.once('error', () => resolve(false));
  });
}
