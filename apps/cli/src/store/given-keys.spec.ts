import { type Source } from '../options/settle.ts';
import { chooseKey, type GivenKeys, type Need } from './given-keys.ts';

const none: GivenKeys = {
  writerKeyFile: undefined,
  keeperKeyFile: undefined,
  identityFile: [],
  passphraseFile: [],
};

function chosen(typed: Partial<GivenKeys>, environment: Partial<GivenKeys>, need: Need) {
  const sourceOf = (option: keyof GivenKeys): Source =>
    option in typed ? 'command line' : option in environment ? 'environment' : 'default';
  return chooseKey({ ...none, ...environment, ...typed }, sourceOf, need);
}

describe('chooseKey', () => {
  const writer = { writerKeyFile: 'w' };
  const keeper = { keeperKeyFile: 'k' };
  const owner = { identityFile: ['i'] };
  const phrase = { passphraseFile: ['p'] };

  it('takes the weakest key that does', () => {
    expect(chosen({ ...writer, ...owner }, {}, 'backup')).toBe('writer');
    expect(chosen({ ...writer, ...keeper, ...owner }, {}, 'read')).toBe('keeper');
    expect(chosen({ ...writer, ...phrase }, {}, 'decrypt')).toBe('owner');
  });

  it('takes a key that was typed before one from the environment', () => {
    expect(chosen(owner, writer, 'backup')).toBe('owner');
    expect(chosen(writer, owner, 'read')).toBe('writer');
  });

  it('takes one that does not do where there is no other, for its error says what is needed', () => {
    expect(chosen(writer, {}, 'decrypt')).toBe('writer');
    expect(chosen({}, keeper, 'backup')).toBe('keeper');
  });

  it('takes none where none is given', () => {
    expect(chosen({}, {}, 'read')).toBeUndefined();
    expect(chosen({ identityFile: [] }, {}, 'decrypt')).toBeUndefined();
  });
});
