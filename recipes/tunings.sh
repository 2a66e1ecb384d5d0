#!/bin/sh
# Compares ways to tune on the same data, steps and batches; docs/training.md, 'Ways to tune, compared', shows what came of it.
# The shipped translator, which writes German but never read any, learns to put back capitals and punctuation of German captions.
# tunings.sh MULTI30K FOLDER: MULTI30K holds train.de, val.de and test_2016_flickr.de; FOLDER, which must be new, gets data, trainings and scores. Needs jq, and ptgp on the path (or PTGP).
set -eu
captions=$1 out=$2 ptgp=${PTGP:-ptgp}
mkdir "$out"

plain='ascii_downcase | gsub("Ä"; "ä") | gsub("Ö"; "ö") | gsub("Ü"; "ü") | gsub("[.,;:!?\"]"; "") | gsub(" +"; " ")'
cp "$captions/train.de" "$captions/test_2016_flickr.de" "$out"
awk 'NR % 4 == 1' "$captions/val.de" > "$out/val.de"
for part in train val test_2016_flickr; do
    jq -R -r "$plain" "$out/$part.de" > "$out/$part.plain"
done

task="--set tasks:restore:plugin=translation --set tasks:restore:backbone=captions --set tasks:restore:generation:numBeams=1"

# Name, learning rates to choose from on the held-out captions, and what else the recipe changes.
tune() {
    name=$1 rates=$2
    shift 2
    "$ptgp" train restore $task --data "$out/train.{plain,de}" --held-out "$out/val.{plain,de}" --output "$out/$name" \
        --recipe tokensPerBatch=750 --recipe maxSteps=120 --recipe precision=bfloat16 --recipe seed=1 "$@" --sweep "learningRate=$rates" --json > "$out/$name.json"
    best=$(jq -r '.[0].result.output' "$out/$name.json")
    "$ptgp" evaluate restore $task --set "tasks:restore:adapter=$best/best" --data "$out/test_2016_flickr.{plain,de}" --json > "$out/$name.test.json"
    jq -c --slurpfile test "$out/$name.test.json" --arg name "$name" \
        '{name: $name, recipe: .[0].recipe, parameters: .[0].result.parameters, held: .[0].result.best.metrics, test: $test[0]}' "$out/$name.json" | tee -a "$out/table.jsonl"
}

tune full 3e-4,1e-3,3e-3 --recipe tuning=full
tune lora 1e-3,3e-3,1e-2 --recipe tuning=lowRank
tune bottleneck 1e-3,3e-3,1e-2 --recipe tuning=houlsby --recipe rank=64
tune prefix 1e-2,3e-2,1e-1 --recipe tuning=prefix
tune ia3 1e-2,3e-2,1e-1 --recipe tuning=ia3
tune dora 1e-3,3e-3,1e-2 --recipe tuning=dora
