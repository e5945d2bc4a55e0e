import { stat } from 'node:fs/promises';
import { importFile as importInto } from '@etcd-kloset/pipeline';
import { type Action } from '../commands/command.ts';
import { type importOptions } from '../commands/import.ts';
import { clusterOf } from '../store/cluster-of.ts';
import { withStore } from '../store/with-store.ts';
import { UsageError } from '../usage-error.ts';
import { labelsOf, reportStored, stageClock } from './stored.ts';

export const importFile: Action<typeof importOptions> = async (invocation) => {
  const { options, report, signal } = invocation;
  const [file] = invocation.arguments as [string];
  const labels = labelsOf(options.label);
  const clock = stageClock();
  if (options.time === undefined) await requirePastFile(file);
  const summary = await withStore(invocation, 'backup', async (store, ring) =>
    importInto({
      store,
      ring,
      cluster: clusterOf(options.cluster, ring),
      file,
      time: options.time,
      skipHashCheck: options.skipHashCheck,
      labels,
      attach: options.attach,
      spoolFolder: options.spoolDir,
      signal,
      progress: report.progress,
      note: report.note,
      stageDone: clock.stageDone,
      warn: report.warn,
    }),
  );
  return reportStored(summary, report, clock);
};

/** A snapshot from the future would be the newest one until then. */
async function requirePastFile(file: string): Promise<void> {
  // That the file cannot be read is told by whoever reads it.
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || found.mtimeMs <= Date.now()) return;
  throw new UsageError(
    `The modification time of ${file} is in the future (${found.mtime.toISOString()}).`,
    'Say with --time when it was made.',
  );
}
