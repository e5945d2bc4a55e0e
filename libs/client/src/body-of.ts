import { ApiProblem } from './api-problem.ts';

/** What a call of the client resolves to, whatever it was answered. */
export interface Answered<Body> {
  readonly data?: Body;
  readonly error?: unknown;
  readonly response: Response;
}

/**
 * The body of a good answer: `await bodyOf(client.GET('/v1/stores'))`.
 *
 * @throws ApiProblem
 */
export async function bodyOf<Body>(call: Promise<Answered<Body>>): Promise<NonNullable<Body>> {
  const { data, error, response } = await call;
  if (!response.ok) throw new ApiProblem(response, error);
  return data as NonNullable<Body>;
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}

/**
 * Every item of a list, page by page:
 * `itemsOf((cursor) => client.GET('/v1/snapshots', { params: { query: { cluster: 'prod', cursor } } }))`.
 *
 * @throws ApiProblem
 */
export async function* itemsOf<Item>(
  page: (cursor: string | undefined) => Promise<Answered<Page<Item>>>,
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | undefined;
  do {
    const { items, next } = await bodyOf(page(cursor));
    yield* items;
    cursor = next;
  } while (cursor !== undefined);
}
