import { type PlaceFactory, runCheck } from './conformance/check.ts';
import { abortChecks } from './conformance/abort-checks.ts';
import { crashChecks } from './conformance/crash-checks.ts';
import { deleteChecks } from './conformance/delete-checks.ts';
import { listChecks } from './conformance/list-checks.ts';
import { nameChecks } from './conformance/name-checks.ts';
import { putChecks } from './conformance/put-checks.ts';
import { raceChecks } from './conformance/race-checks.ts';
import { readChecks } from './conformance/read-checks.ts';
import { type StorageCapabilities } from './storage.ts';

export { type Check, type PlaceFactory, type StoragePlace, runCheck } from './conformance/check.ts';

/** What every storage must do, as functions that throw when it does not; for other test runners. */
export const conformanceChecks = {
  names: nameChecks,
  put: putChecks,
  'get and stat': readChecks,
  list: listChecks,
  delete: deleteChecks,
  'abort and close': abortChecks,
  races: raceChecks,
  crashes: crashChecks,
};

/** Checks that start processes and move much data; the rest take moments. */
const timeoutMs = 120_000;

/**
 * Declares the suite for one backend, for a test runner with the globals `describe` and `it`.
 *
 * @param factory makes a new, empty place for each check
 * @param capabilities what the backend is expected to claim, and is held to
 */
export function describeStorage(
  name: string,
  factory: PlaceFactory,
  capabilities: StorageCapabilities,
): void {
  describe(name, () => {
    for (const [subject, checks] of Object.entries(conformanceChecks)) {
      describe(subject, () => {
        for (const check of checks) {
          const missing = check.needs?.find((capability) => !capabilities[capability]);
          if (missing === undefined) {
            it(check.title, () => runCheck(check, factory, capabilities), timeoutMs);
          } else {
            it.skip(`${check.title} (not claimed: ${missing})`, () => undefined);
          }
        }
      });
    }
  });
}
