import { formatFields, formatTable, printable } from './table.ts';

describe('formatTable', () => {
  it('aligns words at the left and numbers at the right, and leaves no space at the end', () => {
    const table = formatTable(
      [{ title: 'NAME' }, { title: 'ROWS', right: true }, { title: 'NOTE' }],
      [
        ['a', '1', ''],
        ['prod-Zürich', '12,345', 'x'],
      ],
    );
    expect(table.split('\n')).toEqual([
      'NAME           ROWS  NOTE',
      'a                 1',
      'prod-Zürich  12,345  x',
    ]);
  });
});

describe('formatFields', () => {
  it('leaves out what is not known', () => {
    expect(
      formatFields([
        ['id', '1'],
        ['etcd', undefined],
        ['revision', '2'],
      ]),
    ).toBe('  id        1\n  revision  2');
  });
});

describe('printable', () => {
  it('shows characters that would move the cursor or colour the screen as what they are', () => {
    expect(printable('a\u001b[31mb\r\u202ec')).toBe('a\\u001b[31mb\\u000d\\u202ec');
    expect(printable('two\nlines, Zürich ✓')).toBe('two\nlines, Zürich ✓');
  });
});
