import { events, type ReceivedEvent } from './events.ts';
import { ApiProblem } from './api-problem.ts';

const cloudEvent = (id: string): object => ({ id, type: 'store.reachable', data: { store: 'main' } });
const line = (id: string): string =>
  `id: ${id}\nevent: store.reachable\ndata: ${JSON.stringify(cloudEvent(id))}\n\n`;

/** A service that answers as it is told, each piece of a body by itself, and the requests that it got. */
function serviceOf(...answers: readonly (readonly string[] | Response | Error)[]) {
  const requests: Request[] = [];
  const left = [...answers];
  return {
    requests,
    fetch: (request: Request): Promise<Response> => {
      requests.push(request);
      const next = left.shift()!;
      if (next instanceof Error) return Promise.reject(next);
      if (next instanceof Response) return Promise.resolve(next);
      return Promise.resolve(
        new Response(ReadableStream.from(next.map((piece) => new TextEncoder().encode(piece)))),
      );
    },
  };
}

async function take(stream: AsyncIterable<ReceivedEvent>, count: number): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of stream) if (ids.push(id) === count) break;
  return ids;
}

describe('events of the client', () => {
  it('come whole, however the bytes come', async () => {
    const bytes = `retry: 3000\n\n: still here\n\n${line('1-0')}${line('2-0')}`;
    const { fetch, requests } = serviceOf(bytes.match(/[^]/g)!);
    const stream = events(
      { url: 'http://api/', key: 'k', fetch },
      { types: ['store.reachable'], cluster: 'a b' },
    );
    expect(await take(stream, 2)).toEqual(['1-0', '2-0']);
    expect(requests[0]!.url).toBe('http://api/v1/events?type=store.reachable&cluster=a+b');
    expect(requests[0]!.headers.get('authorization')).toBe('Bearer k');
    expect(requests[0]!.headers.has('last-event-id')).toBe(false);
  });

  it('go on where they were when the connection is lost, and say so', async () => {
    const lost: unknown[] = [];
    const gaps: unknown[] = [];
    const { fetch, requests } = serviceOf(
      [line('1-0'), 'id: 2-0\nevent: store.rea'],
      new Error('no route'),
      new Response(null, { status: 503 }),
      ['event: gap\ndata: {"after":"1-0"}\n\n', line('5-0')],
    );
    const stream = events(
      { url: 'http://api', key: 'k', fetch },
      { after: '0-1', onLost: (error) => lost.push(error), onGap: (gap) => gaps.push(gap) },
    );
    expect(await take(stream, 2)).toEqual(['1-0', '5-0']);
    expect(requests.map(({ headers }) => headers.get('last-event-id'))).toEqual(['0-1', '1-0', '1-0', '1-0']);
    expect(lost.map((error) => (error as Error).message)).toEqual([
      'no route',
      expect.stringContaining('503') as string,
    ]);
    expect(gaps).toEqual([{ after: '1-0' }]);
  });

  it('end with what is refused for good', async () => {
    const problem = { code: 'auth.unauthenticated', detail: 'Nobody has this API key.' };
    const { fetch } = serviceOf(Response.json(problem, { status: 401 }));
    const stream = take(events({ url: 'http://api', key: 'k', fetch }), 1);
    await expect(stream).rejects.toThrow(ApiProblem);
  });

  it('end with the signal, while they wait too', async () => {
    const controller = new AbortController();
    const { fetch } = serviceOf(new Error('no route'));
    const options = { signal: controller.signal, onLost: () => controller.abort() };
    expect(await take(events({ url: 'http://api', key: 'k', fetch }, options), 1)).toEqual([]);
  });
});
