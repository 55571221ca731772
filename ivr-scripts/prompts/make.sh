#!/usr/bin/env bash
# Makes the prompts' sounds from the texts in the scripts: prompts/LANGUAGE/NAME.wav, 8 kHz, mono, 16 bits.
#
#   make.sh [FILE.toml …]         # without names: every script beside this folder, every sample and every list of words in it
#
# Needs espeak-ng, sox and Python 3.11. A recorded prompt of your own wins: put it in place and list its sound
# (`zh-CN/welcome`) in the file `recorded`, and it is left alone. Nothing else is kept: what no script says is removed.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
scripts=("$@")
[ ${#scripts[@]} -gt 0 ] || scripts=("$here"/../*.toml "$here"/../samples/*.toml "$here"/*.toml)
for tool in espeak-ng sox python3; do
    command -v "$tool" >/dev/null || { echo "$0: $tool is missing: apt-get install espeak-ng sox python3" >&2; exit 1; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# One line a part of a prompt: SOUND <tab> VOICE <tab> TEXT. A text with Chinese and English parts is cut at the change
# of script, so that each part is read by its own voice; digits and marks stay with the part before them.
python3 - "${scripts[@]}" >"$work/parts" <<'PYTHON'
import re, sys, tomllib

CHINESE = re.compile(r"[\u3400-\u9fff]")
LETTER = re.compile(r"[A-Za-z]")

# Not `cmn`: that voice of espeak-ng 1.51 reads each syllable as an English word and its tone as an English number.
def voice(part):
    return "cmn-latn-pinyin" if CHINESE.search(part) else "en-gb"

def parts(text):
    found = []
    for token in re.findall(r"[\u3400-\u9fff]+|[A-Za-z']+|[^\u3400-\u9fffA-Za-z']+", text):
        neutral = not CHINESE.search(token) and not LETTER.search(token)
        if found and (neutral or voice(token) == voice(found[-1])):
            found[-1] += token
        elif neutral and not found:
            found.append(token)
        elif found and not CHINESE.search(found[-1]) and not LETTER.search(found[-1]):
            found[-1] += token
        else:
            found.append(token)
    return found

for path in sys.argv[1:]:
    with open(path, "rb") as file:
        prompts = tomllib.load(file).get("prompt", {})
    for name, texts in prompts.items():
        for language, text in texts.items():
            for part in parts(" ".join(text.split())):
                print(f"{language}/{name}\t{voice(part)}\t{part.strip()}")
PYTHON

# Speech of one part: telephone band, silence cut at both ends.
speak() { # VOICE TEXT OUT
    local speed=170
    [ "$1" = cmn-latn-pinyin ] && speed=195
    espeak-ng -v "$1" -s "$speed" -a 50 -w "$work/raw.wav" -- "$2"
    sox -D "$work/raw.wav" -r 8000 -c 1 -b 16 "$3" \
        highpass 200 silence 1 0.02 0.3% fade t 0.01 reverse silence 1 0.02 0.3% fade t 0.02 reverse
}

made=0
rm -f "$work/made"
while read -r sound; do
    echo "$sound.wav" >>"$work/made"
    if grep -qxF "$sound" "$here/recorded" 2>/dev/null; then
        continue
    fi
    files=()
    while IFS=$'\t' read -r _ voice text; do
        part="$work/part${#files[@]}.wav"
        speak "$voice" "$text" "$part"
        # A part that ends with … is followed soon by the rest of its sentence.
        pause=0.25
        [[ "$text" == *… ]] && pause=0.06
        sox -D "$part" "$part.padded.wav" pad 0 "$pause"
        files+=("$part.padded.wav")
    done < <(awk -F'\t' -v sound="$sound" '$1 == sound' "$work/parts")
    sox -D "${files[@]}" "$work/whole.wav"
    # Level: -20 dBFS RMS over what is said; the limiter keeps peaks at -1 dBFS.
    level=$(sox "$work/whole.wav" -n stats 2>&1 | awk '/^RMS lev dB/ { print $4 }')
    gain=$(awk -v level="$level" 'BEGIN { printf "%.2f", -17 - level }')
    mkdir -p "$here/$(dirname "$sound")"
    sox -D "$work/whole.wav" -b 16 "$here/$sound.wav" gain -l "$gain" gain -1 pad 0.05 0
    made=$((made + 1))
done < <(cut -f1 "$work/parts" | sort -u)

# Only a run over all scripts knows what nobody says any more. What a person has recorded stays: whatever `recorded` lists, and
# the recordings of one script (prompts/SCRIPT/LANGUAGE/NAME.wav).
if [ $# -eq 0 ]; then
    sed 's/$/.wav/' "$here/recorded" >>"$work/made" 2>/dev/null || true
    (cd "$here" && find . -mindepth 2 -maxdepth 2 -name '*.wav' -printf '%P\n') | sort | comm -23 - <(sort "$work/made") |
        while read -r old; do rm "$here/$old" && echo "removed $old"; done
fi
echo "$made prompts made"
