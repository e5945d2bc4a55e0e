import { type components, type paths } from './api-types.ts';
import { ApiProblem } from './api-problem.ts';
import { type ClientOptions } from './create-client.ts';
import { sentEvents } from './sent-events.ts';

export type CloudEvent = components['schemas']['CloudEvent'];
type Query = NonNullable<paths['/v1/events']['get']['parameters']['query']>;

export interface EventsOptions {
  /** Only of these types. */
  readonly types?: Query['type'];
  /** Only of this cluster. */
  readonly cluster?: string;
  /** Go on after this event: the `id` of the last one that was seen. Default: what comes from now on. */
  readonly after?: string;
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** Told when events may be missing: so many came meanwhile that the service does not hold them any more. */
  readonly onGap?: (gap: unknown) => void;
  /** Told each time the connection is lost; it is made again. */
  readonly onLost?: (error: unknown) => void;
}

export interface ReceivedEvent {
  /** To go on after it. */
  readonly id: string;
  readonly event: CloudEvent;
}

const FIRST_RETRY_MS = 500;
const MOST_RETRY_MS = 30_000;

/**
 * The events of the API, each once, in order, until the signal ends it: a connection that is lost is made again, and
 * goes on where it was. What is refused for good, such as a wrong key, is thrown.
 *
 * @throws ApiProblem
 */
export async function* events(
  client: ClientOptions,
  options: EventsOptions = {},
): AsyncGenerator<ReceivedEvent, void, undefined> {
  const { signal = new AbortController().signal, onGap, onLost } = options;
  let { after } = options;
  let waitMs = FIRST_RETRY_MS;
  while (!signal.aborted) {
    try {
      for await (const { id, type, data } of sentEvents(await open(client, options, after, signal))) {
        waitMs = FIRST_RETRY_MS;
        if (type === 'gap') onGap?.(data);
        else if (id !== undefined) {
          after = id;
          yield { id, event: data as CloudEvent };
        }
      }
    } catch (error) {
      if (isAborted(signal)) return;
      if (error instanceof ApiProblem && !isPassing(error)) throw error;
      onLost?.(error);
      if (error instanceof ApiProblem) waitMs = Math.max(waitMs, 1000 * (error.retryAfterSeconds ?? 0));
    }
    await pause(waitMs, signal);
    waitMs = Math.min(2 * waitMs, MOST_RETRY_MS);
  }
}

async function open(
  { url, key, fetch: own = fetch }: ClientOptions,
  { types = [], cluster }: EventsOptions,
  after: string | undefined,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const query = new URLSearchParams(types.map((type): [string, string] => ['type', type]));
  if (cluster !== undefined) query.set('cluster', cluster);
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  const headers = {
    authorization: `Bearer ${key}`,
    accept: 'text/event-stream',
    ...(after === undefined ? {} : { 'last-event-id': after }),
  };
  const answer = await own(new Request(`${url.replace(/\/$/, '')}/v1/events${search}`, { headers, signal }));
  if (answer.ok && answer.body !== null) return answer.body;
  throw new ApiProblem(answer, await answer.json().catch(() => undefined));
}

/** Another try may succeed without anybody changing anything. */
function isPassing({ status }: ApiProblem): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
