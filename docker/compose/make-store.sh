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
  etcd-kloset api-key --name admin --role admin --json > "$OWNER/api-key.json"
  # The hash comes last and whole: where it is, the key is.
  node -e '
    const { readFileSync, renameSync, writeFileSync } = require("node:fs");
    const [owner, access] = process.argv.slice(1);
    const { key, hash } = JSON.parse(readFileSync(`${owner}/api-key.json`, "utf8"));
    writeFileSync(`${owner}/api-key.txt`, `${key}\n`);
    writeFileSync(`${access}/.api-key.hash`, `${hash}\n`);
    renameSync(`${access}/.api-key.hash`, `${access}/api-key.hash`);
  ' "$OWNER" "$ACCESS"
  rm "$OWNER/api-key.json"
fi
