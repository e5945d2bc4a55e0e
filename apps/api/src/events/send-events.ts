import { type Response } from 'express';
import { drained } from '../http/send-parts.ts';
import { type FeedItem } from './event-feed.ts';

/** Proxies cut connections on which nothing happens; most wait for at least half a minute. */
const HEARTBEAT_MS = 15_000;

/** Sends events as `text/event-stream` (WHATWG HTML, 9.2) until the feed ends or the reader goes. */
export async function sendEvents(response: Response, feed: AsyncIterable<FeedItem>): Promise<void> {
  const heartbeat = setInterval(() => {
    // One that has not taken the last one needs no further one.
    if (!response.writableNeedDrain) response.write(': still here\n\n');
  }, HEARTBEAT_MS);
  try {
    response.write('retry: 3000\n\n');
    for await (const item of feed) {
      if (!response.write(textOf(item))) await drained(response);
    }
    response.end();
  } finally {
    clearInterval(heartbeat);
  }
}

/** JSON has no line breaks of its own, so that each field is one line. */
function textOf(item: FeedItem): string {
  if (item.is === 'gap') return `event: gap\ndata: ${JSON.stringify(item.gap)}\n\n`;
  const { id, event } = item.streamed;
  return `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
