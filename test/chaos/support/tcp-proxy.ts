import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePorts } from '@etcd-kloset/testing';

/** `drop`: connections are reset, new ones too. `blackhole`: they stay, and nothing gets through. */
export type Cut = 'drop' | 'blackhole';

/** Stands between a service and a server on this machine, to be cut. */
export class TcpProxy {
  readonly port: number;
  readonly #target: number;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #cut: Cut | undefined;

  private constructor(port: number, target: number) {
    this.port = port;
    this.#target = target;
    this.#server = createServer({ noDelay: true }, (client) => this.#accept(client));
  }

  static async start(target: number): Promise<TcpProxy> {
    const [port] = await freePorts(1);
    const proxy = new TcpProxy(port!, target);
    proxy.#server.listen(proxy.port, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  cut(how: Cut): void {
    this.#cut = how;
    if (how === 'drop') this.reset();
    else for (const socket of [...this.#pairs].flat()) socket.pause();
  }

  /** New connections get through again; those that were held up go on where they were. */
  heal(): void {
    this.#cut = undefined;
    for (const socket of [...this.#pairs].flat()) socket.resume();
  }

  /** Ends all connections without a word. */
  reset(): void {
    for (const socket of [...this.#pairs].flat()) reset(socket);
  }

  async close(): Promise<void> {
    this.reset();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    if (this.#cut === 'drop') {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port: this.#target, host: '127.0.0.1', noDelay: true });
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [server, client] as const]) {
      from.on('data', (bytes) => {
        if (to.write(bytes)) return;
        from.pause();
        to.once('drain', () => {
          if (this.#cut !== 'blackhole') from.resume();
        });
      });
      from.on('end', () => to.end());
      from.on('error', () => undefined);
      from.on('close', () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
    }
    if (this.#cut === 'blackhole') for (const socket of pair) socket.pause();
  }
}

/** One that is ending cannot be reset: libuv refuses, Node keeps its handle, and the process never exits. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
