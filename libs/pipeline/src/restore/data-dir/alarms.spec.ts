import { parseAlarm } from './alarms.ts';

describe('parseAlarm', () => {
  // Field 1, a varint: the member's id.
  const member = [0x08, 0xcd, 0xd2, 0x91, 0x8b, 0xd2, 0xb8, 0x81, 0xcf, 0x8e, 0x01];

  it.each([
    [[...member, 0x10, 0x01], '8e9e05c52164694d', 'NOSPACE'],
    [[...member, 0x10, 0x02], '8e9e05c52164694d', 'CORRUPT'],
    [[...member, 0x10, 0x07], '8e9e05c52164694d', 'number 7'],
    [[0x10, 0x01], '0', 'NOSPACE'],
  ])('reads %j', (bytes, memberId, alarm) => {
    expect(parseAlarm(Uint8Array.from(bytes))).toEqual({ memberId, alarm });
  });

  it('ends on bytes that are no alarm', () => {
    expect(parseAlarm(new Uint8Array(0))).toEqual({ memberId: '0', alarm: 'number 0' });
    expect(parseAlarm(Uint8Array.of(0xff, 0xff, 0xff))).toEqual({ memberId: '0', alarm: 'number 0' });
    expect(parseAlarm(Uint8Array.of(0x08, 0x80))).toEqual({ memberId: '0', alarm: 'number 0' });
  });
});
