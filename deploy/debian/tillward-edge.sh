#!/bin/sh
# Commands of the agent look here when they are not told a folder.
: "${TILLWARD_DATA_DIR:=/var/lib/tillward-edge/data}"
export TILLWARD_DATA_DIR
exec /usr/lib/tillward-edge/bin/node /usr/lib/tillward-edge/command.mjs "$@"
