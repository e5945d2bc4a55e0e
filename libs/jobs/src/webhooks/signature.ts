import { createHmac, timingSafeEqual } from 'node:crypto';
import { JobsError } from '../errors.ts';

/** Of the signature's header: `t=<seconds since 1970>,v1=<hex>`, one `v1` for each secret. */
export const SIGNATURE_HEADER = 'x-kloset-signature';

/** How old, or how far in the future, a signature may be: longer and a recorded request could be sent again. */
const DEFAULT_TOLERANCE_SECONDS = 300;

/**
 * HMAC-SHA-256 over `<timestamp>.<body>`, hex. The timestamp (seconds since 1970) is signed too, so that nobody can
 * send a recorded request again later.
 * Throws `webhook.no-secret` when it is empty, as that of an environment variable which is not set may be.
 */
export function signWebhook(secret: string, timestamp: number, body: string | Uint8Array): string {
  assertSecret(secret);
  return createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
}

/** The header's value. With two secrets, while one takes the other's place, receivers may know either. */
export function signatureHeader(
  secrets: readonly string[],
  timestamp: number,
  body: string | Uint8Array,
): string {
  return [`t=${timestamp}`, ...secrets.map((secret) => `v1=${signWebhook(secret, timestamp, body)}`)].join(
    ',',
  );
}

export interface VerifyWebhookOptions {
  readonly secret: string;
  /** The value of `X-Kloset-Signature` as it came; absent is as bad as wrong. */
  readonly header: string | readonly string[] | undefined;
  /** The bytes of the request as they came, before anything has parsed them. */
  readonly body: string | Uint8Array;
  /** Default: 300. */
  readonly toleranceSeconds?: number;
  /** Milliseconds since 1970. Default: the clock. */
  readonly now?: number;
}

/**
 * For receivers: whether the request was signed with the secret, and lately. Throws nothing, whatever the header holds, but
 * `webhook.no-secret`; takes the same time however much of a wrong signature is right.
 */
export function verifyWebhook(options: VerifyWebhookOptions): boolean {
  const { secret, header, body, toleranceSeconds = DEFAULT_TOLERANCE_SECONDS, now = Date.now() } = options;
  assertSecret(secret);
  if (typeof header !== 'string' || header.length > 1000) return false;
  const fields = header.split(',').map((field) => field.trim());
  const [timestamp, another] = valuesOf(fields, 't');
  if (timestamp === undefined || another !== undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now / 1000 - Number(timestamp)) > toleranceSeconds) return false;

  const expected = Buffer.from(signWebhook(secret, Number(timestamp), body), 'hex');
  let good = false;
  for (const signature of valuesOf(fields, 'v1')) {
    if (!/^[0-9a-f]{64}$/.test(signature)) continue;
    if (timingSafeEqual(Buffer.from(signature, 'hex'), expected)) good = true;
  }
  return good;
}

function valuesOf(fields: readonly string[], name: string): string[] {
  return fields.filter((field) => field.startsWith(`${name}=`)).map((field) => field.slice(name.length + 1));
}

function assertSecret(secret: string): void {
  if (secret !== '') return;
  throw new JobsError('webhook.no-secret', 'An empty secret signs nothing: anybody knows it.', {
    advice: 'See that the secret is read from where it is kept; make one with: openssl rand -hex 32',
  });
}
