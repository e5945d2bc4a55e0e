import { describeError } from '@etcd-kloset/errors';
import { type UnreadableSnapshot } from '@etcd-kloset/kloset';
import { type ExitCode } from '../commands/command.ts';
import { plural } from '../output/format.ts';
import { type Report } from '../output/report.ts';

/** A record that is there and cannot be read is told of, and makes the command fail in the end. */
export function reportUnreadable(unreadable: readonly UnreadableSnapshot[], report: Report): ExitCode {
  for (const { id, error } of unreadable)
    report.warn(`snapshot ${id} cannot be read: ${describeError(error)}`);
  if (unreadable.length === 0) return 0;
  report.warn(
    `${plural(unreadable.length, 'snapshot record')} cannot be read: what is told here is not all there is`,
  );
  return 1;
}
