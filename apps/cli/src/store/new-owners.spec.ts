import { classicWarning, labelOfFile } from './new-owners.ts';

describe('labelOfFile', () => {
  it.each([
    ['/home/me/Etcd Backups.key', 'etcd-backups'],
    ['passphrase', 'passphrase'],
    ['./.hidden', 'hidden'],
    ['/x/Zürich.txt', 'z-rich'],
    ['/x/日本.txt', 'key'],
    [`${'a'.repeat(100)}.key`, 'a'.repeat(63)],
  ])('of %s is %s', (file, label) => {
    expect(labelOfFile(file)).toBe(label);
  });
});

describe('classicWarning', () => {
  it('names whose key voids the protection from quantum computers', () => {
    expect(classicWarning([{ label: 'a', postQuantum: true }])).toBeUndefined();
    expect(
      classicWarning([
        { label: 'a', postQuantum: true },
        { label: 'b', postQuantum: false },
      ]),
    ).toMatch(/the key of b is classic/);
  });
});
