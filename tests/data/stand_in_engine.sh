#!/bin/sh
# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
# A stand-in for cdra-engine: val accuracy = 0.9 for lr 0.02, 0.6 otherwise; lr 0.5 fails. Every call appends a line to "calls". With a
# file "slow" it waits for its SIGTERM and stops as a worker does.
here=$(dirname "$0")
folder=$(printf '%s' "$2" | sed 's/.*"folder":"\([^"]*\)".*/\1/')
echo "$1 $folder" >> "$here/calls"
lr=$(sed -n 's/^lr = //p' "$folder/project.toml")
say() { printf '{"time":1,%s}\n' "$1" >> "$folder/events.jsonl"; }
say '"type":"stage","stage":"train"'
if [ -e "$here/slow" ]; then
    trap 'say "\"type\":\"stopped\",\"step\":1"; exit 130' TERM
    touch "$here/waiting"
    while :; do sleep 0.05; done
fi
if [ "$lr" = 0.5 ]; then say '"type":"error","message":"the loss is not finite","advice":""'; exit 1; fi
accuracy=0.6
[ "$lr" = 0.02 ] && accuracy=0.9
say '"type":"result","name":"val/accuracy","value":'$accuracy
say '"type":"result","name":"test/accuracy","value":'$accuracy
say '"type":"done","seconds":2'
