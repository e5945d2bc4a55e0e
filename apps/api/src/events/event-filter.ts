import { type CloudEvent, type EventType } from '@etcd-kloset/jobs';
import { type Principal } from '@etcd-kloset/platform';
import { type ClusterBook } from '../clusters/cluster-book.ts';

export interface EventQuery {
  readonly type?: readonly EventType[] | undefined;
  readonly cluster?: string | undefined;
}

/**
 * Which events a caller gets: those it asks for, of clusters that its key may see. What concerns a whole store or a
 * webhook is for keys without limits.
 */
export function eventFilter(
  book: ClusterBook,
  principal: Principal,
  { type, cluster }: EventQuery,
): (event: CloudEvent) => boolean {
  return ({ type: its, data }) => {
    const about = 'cluster' in data ? data.cluster : undefined;
    if (type !== undefined && !type.includes(its)) return false;
    if (cluster !== undefined && about !== cluster) return false;
    return about === undefined ? principal.clusters === undefined : book.maySee(principal, about);
  };
}
