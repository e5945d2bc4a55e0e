import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below the range that systems give to outgoing connections, so that a stopped server gets its port back. */
const LOWEST = 15_000;
const BLOCK = 32;
const BLOCKS = 530;

/** Ports of this process's blocks that were not given away yet. */
const unused: number[] = [];
let claiming: Promise<void> | undefined;

/**
 * Ports of 127.0.0.1 that nobody listens on, all different. As long as this process lives no other one
 * that asks here gets them, not even while the server they were for is stopped.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = await nextOfOurs();
    const probe = await listen(port);
    if (probe === undefined) continue;
    probe.close();
    await once(probe, 'close');
    ports.push(port);
  }
  return ports;
}

async function nextOfOurs(): Promise<number> {
  for (;;) {
    const port = unused.shift();
    if (port !== undefined) return port;
    claiming ??= claimBlock().finally(() => {
      claiming = undefined;
    });
    await claiming;
  }
}

/** A block belongs to whoever listens on its first port, and is free again when that process is gone. */
async function claimBlock(): Promise<void> {
  for (let attempt = 0; attempt < 2000; attempt++) {
    const first = LOWEST + BLOCK * randomInt(BLOCKS);
    const guard = await listen(first);
    if (guard === undefined) continue;
    guard.unref();
    for (let port = first + 1; port < first + BLOCK; port++) unused.push(port);
    return;
  }
  throw new Error(`all ports from ${LOWEST} to ${LOWEST + BLOCK * BLOCKS} are taken`);
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('listening', () => resolve(server));
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1');
  });
}
