import { bodyOf, itemsOf } from './body-of.ts';
import { createClient } from './create-client.ts';
import { ApiProblem } from './api-problem.ts';

/** A client of something that answers as it is told, and the requests that it made. */
function clientOf(...answers: readonly Response[]) {
  const asked: Request[] = [];
  const left = [...answers];
  const fetch = (request: Request): Promise<Response> => {
    asked.push(request);
    return Promise.resolve(left.shift()!);
  };
  return { asked, client: createClient({ url: 'https://kloset.example/backups', key: 'ek_x', fetch }) };
}
const json = (body: unknown, init: ResponseInit = {}): Response => Response.json(body, init);

describe('a call of the client', () => {
  it('goes to where the API is, with the key, and gives the body of a good answer', async () => {
    const { asked, client } = clientOf(json({ items: [] }));
    const query = { cluster: 'a b/c' };
    expect(await bodyOf(client.GET('/v1/snapshots', { params: { query } }))).toEqual({ items: [] });
    expect(asked[0]!.url).toBe('https://kloset.example/backups/v1/snapshots?cluster=a%20b%2Fc');
    expect(asked[0]!.headers.get('authorization')).toBe('Bearer ek_x');
  });

  it('throws a problem with its code, and what to do', async () => {
    const problem = {
      ...{ type: 'urn:etcd-kloset:problem:http.too-many', title: 'Too many at once', status: 429 },
      ...{ code: 'http.too-many', detail: 'These are more.', advice: 'Wait.', instance: 'urn:uuid:x' },
    };
    const headers = { 'content-type': 'application/problem+json', 'retry-after': '7' };
    const { client } = clientOf(json(problem, { status: 429, headers }));
    const call = bodyOf(client.GET('/v1/stores'));
    await expect(call).rejects.toThrow(ApiProblem);
    await expect(call).rejects.toMatchObject({
      ...{ message: 'These are more.', status: 429, code: 'http.too-many', advice: 'Wait.' },
      ...{ retryAfterSeconds: 7, problem },
    });
  });

  it('says so when it was not the API that answered', async () => {
    const { client } = clientOf(new Response('<h1>Bad gateway</h1>', { status: 502 }));
    await expect(bodyOf(client.GET('/v1/stores'))).rejects.toMatchObject({
      ...{ name: 'ApiProblem', status: 502, code: undefined },
      message: 'The API was not reached: something answered with status 502.',
    });
  });

  it('of a list goes on from page to page', async () => {
    const { asked, client } = clientOf(json({ items: [1, 2], next: 'two' }), json({ items: [3] }));
    const items: unknown[] = [];
    const pages = (cursor?: string) => client.GET('/v1/jobs', { params: { query: { cursor } } });
    for await (const item of itemsOf(pages)) items.push(item);
    expect(items).toEqual([1, 2, 3]);
    expect(asked.map(({ url }) => new URL(url).search)).toEqual(['', '?cursor=two']);
  });
});
