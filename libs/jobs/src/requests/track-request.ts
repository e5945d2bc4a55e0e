import { type CloudEvent } from '../events/event-types.ts';

/**
 * Picks the events of one request out of those of its cluster. Which backup it became may be told after events of that
 * backup (it joined one that was under way, which ends at that moment), so those of all are kept until it is known.
 */
export class RequestTracker {
  readonly #request: string;
  #backup: string | undefined;
  /** Of the cluster's backups while ours is not known; progress is not worth keeping. */
  #kept: CloudEvent[] = [];
  readonly #seen = new Set<string>();
  #committed: CloudEvent<'backup.committed'> | undefined;
  #doubted = false;
  #ended = false;

  constructor(request: string) {
    this.#request = request;
  }

  get backup(): string | undefined {
    return this.#backup;
  }

  /** Nothing comes any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Which backup it became, from elsewhere. Gives what was kept of it. */
  know(backup: string): CloudEvent[] {
    if (this.#backup !== undefined) return [];
    this.#backup = backup;
    const kept = this.#kept;
    this.#kept = [];
    return kept.flatMap((event) => this.take(event));
  }

  /** Those events that are the request's now: this one, none, or it and what was kept. Each comes once. */
  take(event: CloudEvent): CloudEvent[] {
    if (this.#ended) return [];
    if (is(event, 'request.refused')) return event.data.request === this.#request ? this.#give(event) : [];
    if (is(event, 'backup.requested')) {
      if (event.data.request !== this.#request) return [];
      return [...this.#give(event), ...this.know(event.data.backup)];
    }
    if (!('backup' in event.data)) return [];
    if (this.#backup === undefined) {
      if (!is(event, 'backup.progress')) this.#kept.push(event);
      return [];
    }
    return event.data.backup === this.#backup ? this.#give(event) : [];
  }

  #give(event: CloudEvent): CloudEvent[] {
    if (this.#seen.has(event.id)) return [];
    // The next one may be the same again; but it comes every second, and is not remembered for that.
    if (!is(event, 'backup.progress')) this.#seen.add(event.id);
    if (is(event, 'backup.committed')) this.#committed = event;
    if (is(event, 'backup.unproven') || is(event, 'backup.mismatch')) this.#doubted = true;
    this.#ended = is(event, 'request.refused') || is(event, 'backup.failed') || this.#isOutcomeKnown();
    return [event];
  }

  #isOutcomeKnown(): boolean {
    return this.#committed !== undefined && (this.#committed.data.result.proof === 'proven' || this.#doubted);
  }
}

function is<Type extends CloudEvent['type']>(event: CloudEvent, type: Type): event is CloudEvent<Type> {
  return event.type === type;
}
