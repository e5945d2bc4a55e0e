import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { parseEvent, verifyWebhook } from '@etcd-kloset/jobs';

const secret = process.env['WEBHOOK_SECRET'] ?? '';
const seen = new Set<string>();

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request);
  const header = request.headers['x-kloset-signature'];
  if (!verifyWebhook({ secret, header, body })) return void response.writeHead(401).end();
  const event = parseEvent(JSON.parse(body.toString()));
  if (!seen.has(event.id)) console.log(event.type, event.subject, event.id);
  seen.add(event.id);
  response.writeHead(204).end();
}

const server = createServer((request, response) => void receive(request, response));
server.listen(Number(process.env['PORT'] ?? 8090), () => console.log('listening', server.address()));
