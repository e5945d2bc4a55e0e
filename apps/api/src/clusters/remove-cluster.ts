import { emitEvent } from '@etcd-kloset/jobs';
import { type Principal } from '@etcd-kloset/platform';
import { type Parts } from '../parts.ts';

/** Forgets a cluster; its backups stay. */
export async function removeCluster(
  { boot, book, pulse, redis }: Pick<Parts, 'boot' | 'book' | 'pulse' | 'redis'>,
  principal: Principal,
  name: string,
  expected: number | undefined,
): Promise<void> {
  const { store } = await book.require(principal, name);
  await pulse.use(() => boot.registry.remove(name, expected));
  await emitEvent(redis, 'cluster.removed', { cluster: name, store });
}
