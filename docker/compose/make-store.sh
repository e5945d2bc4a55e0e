#!/bin/sh
# Makes the store, the owner's identity, a writer key and an API key, each unless it is there. Run again, it goes on
# where it was stopped.
#
#   STORE   the new store
#   OWNER   a folder for what only you get: identity.txt opens the store, api-key.txt the API
#   KEYS    a folder for what backs up: writer.key
#   ACCESS  a folder for what knows you: api-key.hash
set -eu
umask 077

if [ ! -e "$OWNER/identity.txt" ]; then
  etcd-kloset init "$STORE" --generate-identity "$OWNER/identity.txt"
fi
if [ ! -e "$KEYS/writer.key" ]; then
  etcd-kloset keys writer --store "$STORE" --identity-file "$OWNER/identity.txt" --output "$KEYS/writer.key"
fi
if [ ! -e "$ACCESS/api-key.hash" ]; then
  node -e '
    const { createHash, randomBytes } = require("node:crypto");
    const { renameSync, writeFileSync } = require("node:fs");
    const [owner, access] = process.argv.slice(1);
    const key = `kloset_${randomBytes(32).toString("base64url")}`;
    writeFileSync(`${owner}/api-key.txt`, `${key}\n`);
    // The hash comes last and whole: where it is, the key is.
    writeFileSync(`${access}/.api-key.hash`, `sha256:${createHash("sha256").update(key).digest("hex")}\n`);
    renameSync(`${access}/.api-key.hash`, `${access}/api-key.hash`);
  ' "$OWNER" "$ACCESS"
fi
