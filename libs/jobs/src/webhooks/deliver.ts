import { isKlosetError } from '@etcd-kloset/errors';
import { JobsError } from '../errors.ts';
import { type CloudEvent } from '../events/event-types.ts';
import { type PostLimits, type PostedAnswer, postOnce } from './post-once.ts';
import { assertPublicHost, guardedLookup, type Resolve } from './guarded-lookup.ts';
import { retryAfter } from './retry-after.ts';
import { signatureHeader } from './signature.ts';

/** Where events go. */
export interface Webhook {
  readonly name: string;
  readonly url: string;
  /** What requests are signed with: the one secret, or the old and the new one while receivers change over. */
  readonly secrets: readonly string[];
  /** May it reach addresses that are not of the public internet? Default: no. */
  readonly allowPrivate?: boolean;
  /** PEM of authorities to trust instead of the system's. */
  readonly ca?: string | Uint8Array;
}

export interface DeliverOptions {
  /** The same however often this event is sent to this webhook. Default: the event's id, percent-encoded. */
  readonly delivery?: string;
  readonly signal?: AbortSignal;
  readonly limits?: Partial<PostLimits>;
  /** How names become addresses; what it gives is checked. Default: as the system does it. */
  readonly resolve?: Resolve;
}

export interface Delivered {
  readonly status: number;
  readonly durationMs: number;
}

/**
 * Sends one event to one webhook, once. Resolves when it answered 2xx.
 *
 * Otherwise throws a {@link JobsError}. Retryable: it could not be reached, took too long, or answered 408, 429 or 5xx;
 * `context.retryAfterMs` then tells what it asked for, an hour at most. For good: 410 (`webhook.gone`), any other
 * answer (`webhook.refused`; redirects are not followed), a private address, a bad URL. No message holds the URL, whose path
 * or query may be a secret, nor anything of the answer but its status.
 */
export async function deliver(
  webhook: Webhook,
  event: CloudEvent,
  options: DeliverOptions = {},
): Promise<Delivered> {
  const url = addressOf(webhook);
  const allowPrivate = webhook.allowPrivate ?? false;
  if (!allowPrivate) assertPublicHost(url.hostname);
  options.signal?.throwIfAborted();

  const body = Buffer.from(JSON.stringify(event));
  const start = performance.now();
  const answer = await post(webhook, url, {
    body,
    headers: {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'content-length': body.byteLength,
      'user-agent': 'etcd-kloset',
      'x-kloset-signature': signatureHeader(webhook.secrets, Math.floor(Date.now() / 1000), body),
      'x-kloset-event': event.type,
      'x-kloset-delivery': options.delivery ?? encodeURIComponent(event.id),
    },
    ca: webhook.ca,
    lookup: guardedLookup(allowPrivate, options.resolve),
    limits: options.limits,
    signal: options.signal,
  });
  if (answer.status >= 200 && answer.status < 300) {
    return { status: answer.status, durationMs: performance.now() - start };
  }
  throw refusal(webhook, url, answer);
}

function addressOf(webhook: Webhook): URL {
  const url = URL.parse(webhook.url);
  const advice = 'Give an http:// or https:// URL without a user name and a password in it.';
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new JobsError('webhook.bad-url', `The webhook ${webhook.name} has no http or https URL.`, {
      advice,
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new JobsError('webhook.bad-url', `The URL of the webhook ${webhook.name} has a user name in it.`, {
      advice,
    });
  }
  if (webhook.secrets.length === 0) {
    throw new JobsError('webhook.no-secret', `The webhook ${webhook.name} has no secret to sign with.`, {
      advice: 'Give it one: openssl rand -hex 32',
    });
  }
  return url;
}

async function post(
  webhook: Webhook,
  url: URL,
  options: Parameters<typeof postOnce>[1],
): Promise<PostedAnswer> {
  try {
    return await postOnce(url, options);
  } catch (error) {
    if (isKlosetError(error) || options.signal?.aborted === true) throw error;
    throw new JobsError(
      'webhook.unreachable',
      `The webhook ${webhook.name} (${url.host}) could not be reached.`,
      {
        retryable: true,
        cause: error,
        advice: 'See that its server is up, its name resolves, and its certificate is good.',
        context: { webhook: webhook.name, host: url.host },
      },
    );
  }
}

function refusal(webhook: Webhook, url: URL, { status, headers }: PostedAnswer): JobsError {
  const context = { webhook: webhook.name, host: url.host, status };
  const said = `The webhook ${webhook.name} (${url.host}) answered ${status}`;
  if (status === 410) {
    return new JobsError('webhook.gone', `${said}: it wants no events any more.`, {
      advice: 'Take it out of the configuration.',
      context,
    });
  }
  if (status === 408 || status === 429 || status >= 500) {
    const retryAfterMs = retryAfter(headers['retry-after'], Date.now());
    return new JobsError('webhook.failed', `${said}.`, {
      retryable: true,
      context: { ...context, retryAfterMs },
    });
  }
  const redirects = status >= 300 && status < 400;
  return new JobsError('webhook.refused', `${said}${redirects ? '; redirects are not followed' : ''}.`, {
    advice: redirects ? 'Configure the URL it redirects to.' : 'See what its server says about the request.',
    context,
  });
}
