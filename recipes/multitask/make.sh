#!/bin/sh
# Makes a small checkpoint for four tasks, with an adapter for each, from nothing: make.sh MULTI30K SCITLDR XQUAD FOLDER. See data.sh for what the folders hold; FOLDER must be new.
# Needs jq, and ptgp on the path (or PTGP). About an hour of half a core; a stage that was interrupted goes on by its own command with --resume.
# Made 'models/multitask-t5'; see its card.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$4 ptgp=${PTGP:-ptgp}
mkdir "$out"
"$here/data.sh" "$1" "$2" "$3" "$out/data"
cd "$out"

# What tells the tasks apart is a token each, not five: a fifth of what a caption has.
"$ptgp" tokenizers train data/texts.train --layout t5 --size 8000 --coverage 0.9998 --output tokens \
    --symbol 'translate English to German:' --symbol 'translate German to English:' \
    --symbol 'summarize:' --symbol 'restore:' --symbol 'question:' --symbol 'context:'
"$ptgp" models new --shape t5-captions --tokenizer tokens --seed 1 --output fresh
"$ptgp" pretrain fresh --objective span --data data/texts.train --held-out data/texts.held --block 128 --recipe "$here/pretrain.json" --output pretrained

cat > ptgp.json <<'JSON'
{
  "backbones": { "small": { "checkpoint": "pretrained/best", "threads": 1 } },
  "tasks": {
    "en-de": { "plugin": "translation", "backbone": "small", "options": { "from": "en", "to": "de" } },
    "restore": { "plugin": "textgeneration", "backbone": "small", "options": { "prefix": "restore: " } },
    "tldr": { "plugin": "summarization", "backbone": "small" },
    "ask": { "plugin": "qa", "backbone": "small", "options": { "mode": "generative" } }
  }
}
JSON
together() {
    "$ptgp" train en-de restore tldr ask --joint --recipe "$here/joint.json" "$@" \
        --data 'en-de=data/train.{en,de}' --data restore=data/restore.train.jsonl --data tldr=data/tldr.train.jsonl --data ask=data/ask.train.jsonl \
        --held-out 'en-de=data/some.{en,de}' --held-out restore=data/some.restore.jsonl
}
together --output joint
# It was meant to be one training of 3000 steps, which the machine was too busy for: this one lets the learning rate fall to nothing sooner.
together --output joint-end --set backbones:small:checkpoint=joint/last \
    --recipe learningRate=5.5e-3 --recipe minLearningRate=0 --recipe warmupSteps=20 --recipe maxSteps=800 --recipe evaluateEvery=400 --recipe seed=2
"$ptgp" models convert joint-end/best --dtype float16 --output multitask-t5

# Each task's own adapter, on the backbone as it is shipped.
adapt() {
    task=$1
    shift
    "$ptgp" train "$task" --set backbones:small:checkpoint=multitask-t5 --recipe "$here/adapters.json" --output "adapters/$task" "$@"
    mkdir -p "multitask-t5/adapters/$task"
    cp "adapters/$task/best/adapter_config.json" "adapters/$task/best/adapter_model.safetensors" "multitask-t5/adapters/$task"
}
adapt en-de --data 'data/train.{en,de}' --held-out 'data/some.{en,de}'
adapt restore --data data/restore.train.jsonl --held-out data/some.restore.jsonl
adapt tldr --data data/tldr.train.jsonl
adapt ask --data data/ask.train.jsonl
