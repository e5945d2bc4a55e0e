import { isJobsError } from '../errors.ts';
import { bracedPrefix } from './key-names.ts';
import { redisErrorOf } from './redis-errors.ts';
import { describeRedis } from './redis-url.ts';

describe('the address of Redis', () => {
  it('is described without user, password and query', () => {
    expect(describeRedis('rediss://user:secret@redis.example:6380/2?family=6')).toBe(
      'rediss://redis.example:6380/2',
    );
    expect(describeRedis('redis://localhost')).toBe('redis://localhost');
  });

  it('is refused without being repeated', () => {
    for (const url of [
      'http://u:secret@h',
      'secret nonsense',
      'redis://',
      'redis://u:secret@h/path',
      'h:6379',
    ]) {
      let error: unknown;
      try {
        describeRedis(url);
      } catch (thrown) {
        error = thrown;
      }
      expect(isJobsError(error) && error.code).toBe('redis.bad-url');
      expect(String(error)).not.toContain('secret');
    }
  });
});

describe('the prefix of keys', () => {
  it('is put into braces once', () => {
    expect([bracedPrefix(), bracedPrefix('a.b'), bracedPrefix('{a}')]).toEqual([
      '{etcd-kloset}',
      '{a.b}',
      '{a}',
    ]);
  });

  it('may hold nothing that has a meaning in keys', () => {
    for (const prefix of ['a:b', '', '{}', 'a{b}', 'a b'])
      expect(() => bracedPrefix(prefix)).toThrow(/prefix/);
  });
});

describe('an error of Redis', () => {
  it('is told from those of others', () => {
    const code = (message: string): string | undefined => redisErrorOf(new Error(message))?.code;
    expect(code('connect ECONNREFUSED 127.0.0.1:1')).toBe('redis.unreachable');
    expect(code('Command timed out')).toBe('redis.unreachable');
    expect(code("OOM command not allowed when used memory > 'maxmemory'.")).toBe('redis.full');
    expect(code('MISCONF Errors writing to the AOF file: No space left on device')).toBe('redis.full');
    expect(code('NOPERM this user has no permissions')).toBe('redis.denied');
    expect(code('WRONGTYPE Operation against a key')).toBeUndefined();
    expect(code('Missing lock for job 1')).toBeUndefined();
  });
});
