#!/usr/bin/env bash
# One call on a machine that has PyTorch and nothing of ours: unpacks the shards and trains, or measures first.
#   pretrain.sh PACKED OUT smoke [options of smoke.py and train.py]
#   pretrain.sh PACKED OUT SECONDS [options of train.py]
# PACKED holds train/ and heldOut/ as transport.py packs them. OUT receives log.jsonl and the model folder in parts of at most 15 MiB:
#   cat OUT/model.tar.* | tar -x
set -euo pipefail
packed=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
length=$3
shift 3
cd "$(dirname "$0")"
export PYTHONUNBUFFERED=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 transport.py unpack "$packed/heldOut" "$work/heldOut"
python3 transport.py unpack "$packed/train" "$work/train"
text=(--train "$work/train" --held-out "$work/heldOut")
if [ "$length" = smoke ]; then
  python3 smoke.py "${text[@]}" "$@" 2>&1 | tee "$out/smoke.txt"
  exit
fi
python3 train.py "${text[@]}" --out "$work/out" --seconds "$length" "$@" 2>&1
cp "$work/out/log.jsonl" "$out/"
tar -C "$work/out" -c model | split -b 15m - "$out/model.tar."
ls -l "$out"
