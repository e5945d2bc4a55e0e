/** The address without a password and without anything after `?` or `#`, where tokens travel; for messages. */
export function redactUrl(url: string): string {
  // The password first: it may hold a ? itself. It is taken to end at the last @, which at worst hides too much.
  const withoutPassword = url.replace(
    /^([a-z][a-z0-9+.-]*:\/*)(.*)@/is,
    (_all, scheme: string, user: string) => {
      const name = user.split(':', 1)[0] ?? '';
      return user.includes(':') ? `${scheme}${name}:***@` : `${scheme}${name}@`;
    },
  );
  return withoutPassword.replace(/[?#].*$/s, '');
}
