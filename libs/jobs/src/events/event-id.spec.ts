import { ATTEMPT, BACKUP, EVENT_TYPES, REQUEST, SAMPLES } from '../spec-support/sample-events.ts';
import { makeEvent } from './cloud-event.ts';
import { eventIdOf, IDENTIFIED_TYPES } from './event-id.ts';

describe('the id of an event', () => {
  it('says what happened, so that whoever tells of it gives the same one', () => {
    const ids = EVENT_TYPES.map((type) => eventIdOf(type, SAMPLES[type])).filter((id) => id !== undefined);
    expect(ids).toEqual([
      `${REQUEST}/requested`,
      `${BACKUP}/started/${ATTEMPT}`,
      expect.stringMatching(`^${BACKUP}/progress/[0-9a-f]{16}$`),
      `${BACKUP}/committed`,
      `${BACKUP}/failed`,
      `${BACKUP}/unproven`,
      `${BACKUP}/mismatch`,
      `${REQUEST}/refused`,
      'main/prod/missed/2026-01-01T00:00:00Z',
      expect.stringMatching(/^main\/prod\/found\//),
      `pager/dead/${BACKUP}/failed`,
    ]);
    expect(IDENTIFIED_TYPES).toHaveLength(ids.length);
  });

  it('is another one each time for what may happen again, unless it is given', () => {
    for (const type of EVENT_TYPES.filter((type) => !IDENTIFIED_TYPES.includes(type))) {
      const [first, second] = [makeEvent(type, SAMPLES[type]), makeEvent(type, SAMPLES[type])];
      expect(first.id).not.toBe(second.id);
      expect(makeEvent(type, SAMPLES[type], { id: 'ours' }).id).toBe('ours');
    }
  });
});
