import { isKlosetError } from '@etcd-kloset/errors';
import { describeRedis } from '@etcd-kloset/jobs';

/** What is wrong with an address of Redis, without the address; undefined when nothing is. */
export function redisUrlProblem(url: string): string | undefined {
  try {
    describeRedis(url);
    return undefined;
  } catch (error) {
    if (!isKlosetError(error)) throw error;
    return `is no address of Redis. ${error.advice ?? ''}`.trim();
  }
}
