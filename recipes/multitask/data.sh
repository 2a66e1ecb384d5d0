#!/bin/sh
# Lays out the data that a small checkpoint for four tasks is made of: data.sh MULTI30K SCITLDR XQUAD FOLDER
# MULTI30K holds train, val and test_2016_flickr as .en and .de; SCITLDR train.jsonl and dev.jsonl of SciTLDR-A; XQUAD xquad.en.json and xquad.de.json. Needs jq.
set -eu
captions=$1 tldr=$2 xquad=$3 out=$4
mkdir -p "$out"
for part in train val test_2016_flickr; do
    cp "$captions/$part.en" "$captions/$part.de" "$out"
done

# To restore: captions without capitals and punctuation, beside themselves; every tenth of both languages.
plain='{prompt: (ascii_downcase | gsub("Ä"; "ä") | gsub("Ö"; "ö") | gsub("Ü"; "ü") | gsub("[.,;:!?\"]"; "") | gsub(" +"; " ")), completion: .}'
for part in train val test_2016_flickr; do
    for language in en de; do
        case $part in train) every=10 ;; *) every=4 ;; esac
        awk "NR % $every == 1" "$captions/$part.$language" | jq -R -c "select(length > 0) | $plain"
    done > "$out/restore.$part.jsonl"
done

# What is evaluated while learning is a quarter of the rest: evaluating takes time from learning.
for language in en de; do
    awk 'NR % 4 == 1' "$captions/val.$language" > "$out/some.$language"
done
awk 'NR % 2 == 1' "$out/restore.val.jsonl" > "$out/some.restore.jsonl"

# To summarize: the whole of SciTLDR-A. Training learns the first summary of each abstract, scoring takes the best.
for part in train dev; do
    jq -c '{text: .source, summary: .target}' "$tldr/$part.jsonl" > "$out/tldr.$part.jsonl"
done

# To ask: paragraphs of XQuAD, counted through all articles; every fifth is held out, in both languages.
for language in en de; do
    for part in train test; do
        case $part in train) rule='!= 4' ;; *) rule='== 4' ;; esac
        jq -c "[.data[].paragraphs[]] | to_entries[] | select(.key % 5 $rule) | .value | .context as \$context | .qas[]
            | {question, context: \$context, answers: [.answers[].text]}" "$xquad/xquad.$language.json" > "$out/ask.$part.$language.jsonl"
    done
done
cat "$out/ask.train.en.jsonl" "$out/ask.train.de.jsonl" > "$out/ask.train.jsonl"

# To pre-train: every text of the training parts once, in an order drawn by lot. Its last 1000 lines are held out.
{
    cat "$out/train.en" "$out/train.de"
    jq -r '.text | join(" ")' "$out/tldr.train.jsonl"
    jq -r '.summary[]' "$out/tldr.train.jsonl"
    jq -r '.context' "$out/ask.train.jsonl" | uniq
    jq -r '.question' "$out/ask.train.jsonl"
} | tr '\t' ' ' | awk 'BEGIN { srand(1) } NF { print rand() "\t" $0 }' | sort -n | cut -f 2- > "$out/texts.all"
head -n -1000 "$out/texts.all" > "$out/texts.train"
tail -n 1000 "$out/texts.all" > "$out/texts.held"
rm "$out/texts.all"
