import { type ListedKeyFile } from './keys-list.ts';
import { findKeyFile } from './keys-remove.ts';

const named = (label: string, digits: string): ListedKeyFile => ({
  name: `${label}-${digits}.age`,
  label,
  kinds: ['hybrid'],
  damage: undefined,
});

const alice = named('alice', '00112233445566aa');
const alice2 = named('alice-2', '99112233445566bb');
const bob = named('bob', '77112233445566cc');
const bobAgain = named('bob', '78112233445566dd');

describe('findKeyFile', () => {
  it('finds one by its name, with or without the folder, by its label, and by a beginning of its own', () => {
    const files = [alice, alice2, bob];
    expect(findKeyFile(files, alice.name)).toBe(alice);
    expect(findKeyFile(files, `keys/${alice.name}`)).toBe(alice);
    expect(findKeyFile(files, 'alice')).toBe(alice);
    expect(findKeyFile(files, 'bob-77')).toBe(bob);
    expect(findKeyFile(files, 'b')).toBe(bob);
  });

  it('does not guess', () => {
    expect(() => findKeyFile([bob, bobAgain], 'bob')).toThrow('could be any of');
    expect(() => findKeyFile([alice, alice2], 'al')).toThrow('could be any of');
    expect(() => findKeyFile([alice], 'carol')).toThrow('No key file');
  });
});
