import { once } from 'node:events';
import http, { type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface ReceivedHook {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly at: number;
}

export interface HookAnswer {
  readonly status: number;
  readonly headers?: http.OutgoingHttpHeaders;
}

/** A server on loopback that keeps all that was sent to it. */
export class WebhookReceiver {
  readonly received: ReceivedHook[] = [];
  /** Of any kind, also such that sent nothing. */
  connections = 0;
  readonly #server: http.Server;

  private constructor(answer: (hook: ReceivedHook) => HookAnswer) {
    this.#server = http.createServer((request, response) => {
      void buffer(request).then((body) => {
        const hook = { path: request.url ?? '', headers: request.headers, body, at: performance.now() };
        this.received.push(hook);
        const { status, headers } = answer(hook);
        response.writeHead(status, headers).end();
      });
    });
    this.#server.on('connection', () => this.connections++);
  }

  static async start(answer: (hook: ReceivedHook) => HookAnswer): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(answer);
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  at(path: string): readonly ReceivedHook[] {
    return this.received.filter((hook) => hook.path === path);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
