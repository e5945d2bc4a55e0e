import { once } from 'node:events';
import { type Response } from 'express';
import { type FeedItem, TooSlow } from './event-feed.ts';

/** Proxies cut connections on which nothing happens; most wait for at least half a minute. */
const HEARTBEAT_MS = 15_000;
/** Who takes nothing for so long has gone, or might as well. */
const PATIENCE_MS = 60_000;

/**
 * Sends events as `text/event-stream` (WHATWG HTML, 9.2) until the feed ends or the reader goes. A reader who does not
 * keep up is cut off: it comes back with its `Last-Event-ID`, and has missed nothing.
 */
export async function sendEvents(
  response: Response,
  feed: AsyncIterable<FeedItem>,
  options: { readonly heartbeatMs?: number } = {},
): Promise<void> {
  const heartbeat = setInterval(() => {
    // One that has not taken the last one needs no further one.
    if (!response.writableNeedDrain) response.write(': still here\n\n');
  }, options.heartbeatMs ?? HEARTBEAT_MS);
  try {
    response.write('retry: 3000\n\n');
    for await (const item of feed) {
      if (!response.write(textOf(item))) await drained(response);
    }
    response.end();
  } catch (error) {
    if (!(error instanceof TooSlow)) throw error;
    response.destroy();
  } finally {
    clearInterval(heartbeat);
  }
}

async function drained(response: Response): Promise<void> {
  if (response.destroyed) return;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  } catch (error) {
    if (signal.aborted) throw new TooSlow('The reader takes nothing.', { cause: error });
    throw error;
  }
}

/** JSON has no line breaks of its own, so that each field is one line. */
function textOf(item: FeedItem): string {
  if (item.is === 'gap') return `event: gap\ndata: ${JSON.stringify(item.gap)}\n\n`;
  const { id, event } = item.streamed;
  return `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
