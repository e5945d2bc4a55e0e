import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { eventSchemas, parseEvent, verifyWebhook } from '@etcd-kloset/jobs';

const secret = process.env['WEBHOOK_SECRET'] ?? '';
if (secret === '') throw new Error('WEBHOOK_SECRET must hold the secret of the webhook.');
const seen = new Set<string>();

function receive(body: Buffer, header?: string | string[]): number {
  if (!verifyWebhook({ secret, header, body })) return 401;
  const value = JSON.parse(body.toString()) as { type: string };
  if (!Object.hasOwn(eventSchemas, value.type)) return 204; // of a newer version: taken all the same
  const { type, subject, id } = parseEvent(value);
  if (!seen.has(id)) console.log(type, subject, id);
  seen.add(id);
  return 204;
}

const server = createServer((request, response) => {
  const status = buffer(request).then((body) => receive(body, request.headers['x-kloset-signature']));
  // Not sent again. Where your own work may fail, answer that with 500: the event comes again.
  void status.catch(() => 400).then((code) => response.writeHead(code).end());
});
server.listen(Number(process.env['PORT'] ?? 8090), () => console.log('listening', server.address()));
