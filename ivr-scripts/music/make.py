#!/usr/bin/env python3
"""Makes the hold music: music/default.wav, 8 kHz, mono, 16 bits, about 40 s, without a seam where it begins again.

    make.py [OUT.wav]

Standard library only. Eight chords of one slow bar each, played twice: a soft pad, a plucked arpeggio above it and a quiet
bass. Every note is written around the end of the loop, so that the tail of the last bar sounds under the first one.
Partials stay below 3.2 kHz, within the band of a telephone.
"""

import array
import math
import sys
import wave
from pathlib import Path

RATE = 8_000
BEAT = 0.625                       # seconds: 96 beats a minute
CHORDS = [                         # (bass, notes) as MIDI numbers; four beats each
    (48, (60, 64, 67, 71)),        # C major 7
    (45, (57, 60, 64, 67)),        # A minor 7
    (41, (57, 60, 64, 65)),        # F major 7
    (43, (55, 59, 62, 64)),        # G 6
    (40, (55, 59, 62, 64)),        # E minor 7
    (45, (57, 60, 64, 69)),        # A minor
    (38, (57, 60, 62, 65)),        # D minor 7
    (43, (55, 59, 62, 65)),        # G 7
]
PATTERNS = [(0, 1, 2, 3, 2, 1, 2, 3), (0, 2, 1, 3, 2, 3, 1, 2)]
ROUNDS = 2
LEVEL_DBFS = -24.0                 # RMS
LOOP = len(CHORDS) * ROUNDS * 4 * BEAT


def hertz(note: float) -> float:
    return 440.0 * 2.0 ** ((note - 69) / 12)


def add(out: list[float], start: float, length: float, sound) -> None:
    """Adds a sound of `length` seconds at `start`; what passes the end goes on at the beginning."""
    first = round(start * RATE)
    for index in range(round(length * RATE)):
        out[(first + index) % len(out)] += sound(index / RATE)


def pluck(note: float, level: float):
    """A struck string: partials that fade the faster the higher they are."""
    base = hertz(note)
    partials = [(k, 1 / k ** 1.7, 1.6 + 0.9 * k) for k in range(1, 5) if base * k < 3_200]

    def sound(t: float) -> float:
        attack = min(1.0, t / 0.006)
        return level * attack * sum(a * math.exp(-d * t) * math.sin(2 * math.pi * base * k * t) for k, a, d in partials)

    return sound


def pad(note: float, length: float, level: float):
    """A breath of two voices slightly apart: swells, holds, fades; sin² edges overlap into a steady sum."""
    base, edge = hertz(note), 1.0

    def sound(t: float) -> float:
        rise, fall = min(1.0, t / edge), min(1.0, (length - t) / edge)
        envelope = math.sin(math.pi / 2 * rise) ** 2 * math.sin(math.pi / 2 * max(0.0, fall)) ** 2
        voices = sum(math.sin(2 * math.pi * base * (1 + cents) * t) for cents in (-0.0012, 0.0012))
        return level * envelope * (voices + 0.25 * math.sin(4 * math.pi * base * t))

    return sound


def bass(note: float, level: float):
    base = hertz(note)

    def sound(t: float) -> float:
        envelope = min(1.0, t / 0.03) * math.exp(-0.8 * t)
        return level * envelope * (math.sin(2 * math.pi * base * t) + 0.5 * math.sin(4 * math.pi * base * t))

    return sound


def compose() -> list[float]:
    out = [0.0] * round(LOOP * RATE)
    bar = 4 * BEAT
    for index in range(len(CHORDS) * ROUNDS):
        low, notes = CHORDS[index % len(CHORDS)]
        start = index * bar
        add(out, start, bar + 1.0, bass(low, 0.35))
        for note in notes:
            add(out, start - 0.5, bar + 1.0, pad(note, bar + 1.0, 0.055))
        pattern = PATTERNS[index // len(CHORDS) % len(PATTERNS)]
        for step, place in enumerate(pattern):
            accent = 1.0 if step % 4 == 0 else 0.75
            add(out, start + step * BEAT / 2, 2.0, pluck(notes[place] + 12, 0.30 * accent))
        # A small answer on the last beat of every fourth bar.
        if index % 4 == 3:
            for step, place in enumerate((3, 2)):
                add(out, start + 3 * BEAT + step * BEAT / 2, 2.0, pluck(notes[place] + 24, 0.12))
    return out


def write(path: Path, out: list[float]) -> None:
    mean = sum(out) / len(out)
    rms = math.sqrt(sum((sample - mean) ** 2 for sample in out) / len(out))
    scale = 10 ** (LEVEL_DBFS / 20) * 32_767 / rms
    samples = array.array("h", (max(-32_768, min(32_767, round((sample - mean) * scale))) for sample in out))
    if sys.byteorder == "big":
        samples.byteswap()
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, len(samples), "NONE", ""))
        file.writeframes(samples.tobytes())


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("default.wav")
    write(target, compose())
    print(f"{target}: {LOOP:.1f} s")
