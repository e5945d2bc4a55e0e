import { JobsError } from '../errors.ts';

/** Checks the address; the error does not repeat it, since it may hold a password. */
export function parseRedisUrl(url: string): URL {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw badUrl('it cannot be understood');
  }
  if (parsed.protocol !== 'redis:' && parsed.protocol !== 'rediss:') {
    throw badUrl('it does not begin with redis:// or rediss://');
  }
  if (parsed.hostname === '') throw badUrl('it names no host');
  if (!/^(\/\d*)?$/.test(parsed.pathname))
    throw badUrl('after the host may stand only a number of a database');
  return parsed;
}

/** For logs and messages: without user, password and query. */
export function describeRedis(url: string): string {
  const { protocol, host, pathname } = parseRedisUrl(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

function badUrl(why: string): JobsError {
  return new JobsError('redis.bad-url', `The address of Redis is not valid: ${why}.`, {
    advice: 'Write it as redis://host:6379, or as rediss://user:password@host:6379 with TLS.',
  });
}
