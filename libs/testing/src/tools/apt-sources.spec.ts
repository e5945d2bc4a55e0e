import { archiveOfSuite, debianArchive, parseDeb822, parseOneLineList } from './apt-sources.ts';

const DEB822 = `# made by an installer
Types: deb deb-src
URIs: http://mirror.test/debian-security
Suites: bookworm-security
Components: main

Types: deb
# a note inside
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----
`;

describe("apt's sources", () => {
  it('give the main archive and keep its key when another suite is asked of it', () => {
    const archive = debianArchive(parseDeb822(DEB822))!;
    expect(archiveOfSuite(archive, 'trixie').trimEnd().split('\n')).toEqual([
      'types: deb',
      'uris: http://mirror.test/debian',
      'suites: trixie',
      'components: main',
      'signed-by: ',
      ' -----BEGIN PGP PUBLIC KEY BLOCK-----',
      ' .',
      ' mQINBF',
      ' -----END PGP PUBLIC KEY BLOCK-----',
    ]);
  });

  it('are read in the one-line format too, with options, comments and a CD left out', () => {
    const list = [
      '# deb http://old.test/debian buster main',
      'deb cdrom:[Debian]/ bookworm-cd main',
      'deb [arch=amd64,arm64 signed-by=/usr/share/keyrings/debian.gpg] http://mirror.test/debian bookworm main # ours',
    ].join('\n');
    const archive = debianArchive(parseOneLineList(list))!;
    expect(Object.fromEntries(archive)).toEqual({
      types: 'deb',
      uris: 'http://mirror.test/debian',
      suites: 'bookworm',
      components: 'main',
      architectures: 'amd64 arm64',
      'signed-by': '/usr/share/keyrings/debian.gpg',
    });
  });

  it('have no Debian archive when they are of another distribution, disabled, or only for sources', () => {
    const stanza = (extra: string, type = 'deb', suite = 'bookworm'): string =>
      `Types: ${type}\nURIs: http://mirror.test/x\nSuites: ${suite}\nComponents: main\n${extra}`;
    expect(debianArchive(parseDeb822(stanza('')))).toBeDefined();
    expect(debianArchive(parseDeb822(stanza('Enabled: no')))).toBeUndefined();
    expect(debianArchive(parseDeb822(stanza('', 'deb-src')))).toBeUndefined();
    expect(debianArchive(parseDeb822(stanza('', 'deb', 'noble')))).toBeUndefined();
  });
});
